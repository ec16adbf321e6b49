import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { SyntaxNode } from '@lezer/common';
import { suggestNames, suggestValues, type Schema, type Suggestion } from '@/util/schema';

/** Completes names and values of a JSON document from its schema. */
export function schemaCompletion(schema: Schema): CompletionSource {
  return (context) => complete(context, schema);
}

function complete(context: CompletionContext, schema: Schema): CompletionResult | null {
  const { state, pos } = context;
  const node = syntaxTree(state).resolveInner(pos, -1);
  const word = token(node);
  if (word === undefined && !context.explicit) return null;
  const place = placeOf(state, node, pos);
  if (place === undefined) return null;
  const from = word?.from ?? pos;
  const constants = (depth: number) => stringsOf(state, place.objects[depth]);
  if (place.isName) {
    const names = suggestNames(schema, place.path, constants, namesOf(state, place.objects.at(-1), word));
    const isBeforeColon = /^\s*:/.test(state.sliceDoc(word?.to ?? pos, (word?.to ?? pos) + 20));
    return result(
      from,
      word?.to,
      names.map((name) => option(name, `"${name.label}"${isBeforeColon ? '' : ': '}`)),
    );
  }
  const values = suggestValues(schema, place.path, constants);
  return result(
    from,
    word?.to,
    values.map((value) => option(value, value.label)),
  );
}

interface Place {
  /** Names and indexes from the root to the object that gets a name, or to the value. */
  path: (string | number)[];
  /** Nodes along the path: the root first. */
  objects: (SyntaxNode | undefined)[];
  isName: boolean;
}

function placeOf(state: EditorState, node: SyntaxNode, pos: number): Place | undefined {
  const path: (string | number)[] = [];
  const objects: (SyntaxNode | undefined)[] = [];
  let isName: boolean | undefined;
  for (let at: SyntaxNode | null = node; at; at = at.parent) {
    if (at.name === 'PropertyName') isName ??= true;
    if (at.name === 'Property') {
      const key = at.firstChild;
      isName ??= key === null || pos <= key.to;
      if (!(isName && objects.length === 0) && key)
        path.unshift(JSON.parse(state.sliceDoc(key.from, key.to)) as string);
    }
    if (at.name === 'Object') {
      isName ??= true;
      objects.unshift(at);
    }
    if (at.name === 'Array') {
      objects.unshift(at);
      isName ??= false;
      path.unshift(0); // items share one schema, so which one does not matter
    }
  }
  return isName === undefined ? undefined : { path, objects, isName };
}

function token(node: SyntaxNode): { from: number; to: number } | undefined {
  return /^(PropertyName|String|Number|True|False|Null)$/.test(node.name)
    ? { from: node.from, to: node.to }
    : undefined;
}

function stringsOf(state: EditorState, object: SyntaxNode | undefined): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const property of object?.getChildren('Property') ?? []) {
    const [key, value] = [property.firstChild, property.lastChild];
    if (!key || value?.name !== 'String') continue;
    strings[state.sliceDoc(key.from + 1, key.to - 1)] = state.sliceDoc(value.from + 1, value.to - 1);
  }
  return strings;
}

function namesOf(state: EditorState, object: SyntaxNode | undefined, except: { from: number } | undefined): string[] {
  return (object?.getChildren('Property') ?? []).flatMap(({ firstChild: key }) =>
    key && key.from !== except?.from ? [state.sliceDoc(key.from + 1, key.to - 1)] : [],
  );
}

function option(suggestion: Suggestion, apply: string): Completion {
  return {
    label: `"${suggestion.label}"`.replace(/^""(.*)""$/, '"$1"'),
    displayLabel: suggestion.label,
    detail: suggestion.isRequired ? `${suggestion.detail} · required` : suggestion.detail,
    boost: suggestion.isRequired ? 1 : 0,
    apply,
    ...(suggestion.description ? { info: suggestion.description } : {}),
  };
}

function result(from: number, to: number | undefined, options: Completion[]): CompletionResult | null {
  return options.length === 0
    ? null
    : { from, ...(to === undefined ? {} : { to }), options, validFor: /^"?[\w.-]*"?$/ };
}
