import { parser } from '@lezer/json';
import type { SyntaxNode } from '@lezer/common';

/** A stretch of a JSON text, in UTF-16 offsets. */
export interface Span {
  from: number;
  to: number;
}

type Segment = string | number;

/** "steps[2].variables.text" or "/steps/2/variables/text" → ["steps", 2, "variables", "text"]. */
export function parsePath(path: string): Segment[] {
  if (path.startsWith('/')) {
    return path
      .slice(1)
      .split('/')
      .map((part) => toSegment(part.replace(/~1/g, '/').replace(/~0/g, '~')));
  }
  return [...path.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)].map(([, index, quoted, name]) =>
    index !== undefined ? Number(index) : (quoted ?? name ?? ''),
  );
}

/**
 * Where a path points in a JSON text: the property's name and value, or the list's item.
 *
 * A path that goes deeper than the document (a missing field) ends at the deepest node that is there, of which
 * only the first line is worth marking; the empty path is the whole document.
 */
export function locate(text: string, path: string): Span {
  const root = parser.parse(text).topNode.firstChild;
  if (root === null) return { from: 0, to: text.length };
  let node: SyntaxNode = root;
  let span: Span = { from: node.from, to: node.to };
  for (const segment of parsePath(path)) {
    const found = typeof segment === 'number' ? item(node, segment) : property(node, segment, text);
    if (found === undefined) break;
    node = found.value;
    span = found.span;
  }
  return span;
}

/** The span cut to its first line: what an editor underlines without painting a whole object red. */
export function firstLine(text: string, span: Span): Span {
  const end = text.indexOf('\n', span.from);
  return end < 0 || end >= span.to ? span : { from: span.from, to: Math.max(end, span.from + 1) };
}

function property(node: SyntaxNode, name: string, text: string): { value: SyntaxNode; span: Span } | undefined {
  for (const child of node.getChildren('Property')) {
    const key = child.firstChild;
    if (key === null || unquote(text, key) !== name) continue;
    return { value: child.lastChild ?? child, span: { from: child.from, to: child.to } };
  }
  return undefined;
}

function item(node: SyntaxNode, index: number): { value: SyntaxNode; span: Span } | undefined {
  const value = node.name === 'Array' ? values(node)[index] : undefined;
  return value && { value, span: { from: value.from, to: value.to } };
}

function values(array: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = array.firstChild; child !== null; child = child.nextSibling) {
    if (/^(Object|Array|String|Number|True|False|Null)$/.test(child.name)) found.push(child);
  }
  return found;
}

function unquote(text: string, node: SyntaxNode): string {
  const raw = text.slice(node.from, node.to);
  try {
    return String(JSON.parse(raw));
  } catch {
    return raw.replace(/^"|"$/g, ''); // a name that is still being typed
  }
}

function toSegment(part: string): Segment {
  return /^\d+$/.test(part) ? Number(part) : part;
}
