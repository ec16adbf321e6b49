import type { MergeConflict } from '@/api/generated';

/** Where a conflict is, in a person's words: "Message 2, lines 3–4". */
export function placeOf({ path, lines }: MergeConflict): string {
  const where = lines ? `, ${rangeOf(lines.ours)}` : '';
  const message = /^messages\[(\d+)\]\.(role|content)/.exec(path);
  if (message) return `Message ${Number(message[1]) + 1}${message[2] === 'role' ? ', role' : where}`;
  const whole = /^messages\[(\d+):(\d+)\]$/.exec(path);
  if (whole) return wholeMessages(Number(whole[1]) + 1, Number(whole[2]));
  if (path.startsWith('text#')) return `Text${where}`;
  const variable = /^variables\.([^.]+)(\.\w+)?$/.exec(path);
  if (variable) return `Variable ${variable[1]}${PARTS[variable[2] ?? ''] ?? ''}`;
  if (path === 'model') return 'Model';
  return `Parameter ${path.replace(/^parameters\.?/, '')}`;
}

const PARTS: Record<string, string> = { '.values': ', type and values', '.description': ', description' };

function rangeOf({ start, count }: { start: number; count: number }): string {
  if (count === 0) return `before line ${start}`;
  return count === 1 ? `line ${start}` : `lines ${start}–${start + count - 1}`;
}

function wholeMessages(first: number, last: number): string {
  if (last < first) return `Messages before number ${first}`;
  return first === last ? `Message ${first}` : `Messages ${first}–${last}`;
}

/** A side's value as it is shown and edited: text as it is, all else as JSON. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** True when a conflict is about text: its values are written as they are, not as JSON. */
export function isTextual({ lines, base, ours, theirs }: MergeConflict): boolean {
  return lines !== null || [base, ours, theirs].every((value) => value === null || typeof value === 'string');
}

/** What a person wrote, as a value; undefined: not JSON (yet). */
export function readValue(text: string, isText: boolean): unknown {
  if (text === '') return null;
  if (isText) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What a person begins with who settles by hand: both sides, one after the other, where that makes sense. */
export function bothSides(conflict: MergeConflict): string {
  const [ours, theirs] = [shownValue(conflict.ours), shownValue(conflict.theirs)];
  if (conflict.lines === null) return theirs || ours;
  return [ours, theirs].filter((side) => side !== '').join('\n');
}
