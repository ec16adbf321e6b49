import type { FieldComparison, MessageComparison, NamedComparison, PricedSide, TextPart } from '@/api/generated';

export type Change = TextPart['change'];

/** What a change is called, by itself. */
export const CHANGE_WORDS: Record<Change, string> = {
  same: 'Unchanged',
  changed: 'Changed',
  added: 'Added',
  removed: 'Removed',
};

/** "production (version 3)", "version 3", "the draft". */
export function sideName({ version, label }: Pick<PricedSide, 'version' | 'label'>): string {
  if (version === 0) return 'the draft';
  return label ? `${label} (version ${version})` : `version ${version}`;
}

/** "System, message 1", "User, was message 1, now 3". */
export function messageName(message: MessageComparison): string {
  const before = message.before_index + 1;
  const after = message.after_index + 1;
  if (message.is_moved) return `was message ${before}, now message ${after}`;
  return `message ${after > 0 ? after : before}`;
}

/** "/response_format/json_schema/name" as people write it: "response_format.json_schema.name". */
export function pathName({ path }: Pick<FieldComparison, 'path'>): string {
  return path
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
}

/** A difference with its sign: "+12", "−3", "0". */
export function signed(value: number | bigint, format: (value: number | bigint) => string): string {
  if (value > 0) return `+${format(value)}`;
  return value < 0 ? `−${format(-value)}` : format(value);
}

const MANY_TIMES = 10;

/** How much more or less, in percent of what it was or as many times; empty where that says nothing. */
export function share(before: number, after: number): string {
  if (before === 0 || before === after) return '';
  if (after >= MANY_TIMES * before) return `${Math.round(after / before)} times`;
  const part = ((after - before) / before) * 100;
  const size = Math.abs(part);
  const text = size >= 10 ? size.toFixed(0) : size >= 0.1 ? size.toFixed(1) : '<0.1';
  return part > 0 ? `+${text}%` : `−${text}%`;
}

export interface ChangedField extends FieldComparison {
  /** What it is a member of: a variable, a tool; empty for parameters. */
  owner: string;
}

/** What differs in named things: field by field, or as a whole where one side has none of it. */
export function fieldsOf(things: readonly NamedComparison[]): ChangedField[] {
  return things.flatMap(({ name, change, fields }) =>
    change === 'changed' ? fields.map((field) => ({ ...field, owner: name })) : [whole(name, change, fields)],
  );
}

/** One that is on one side only, as a single value. */
function whole(name: string, change: Change, fields: readonly FieldComparison[]): ChangedField {
  const side = change === 'added' ? 'after' : 'before';
  const value = Object.fromEntries(fields.map((field) => [pathName(field), field[side]]));
  return { owner: name, path: '', change, before: null, after: null, [side]: value };
}
