import { isObject, type InputField } from '@/util/definition';

/** A run's start as the form holds it: the input field by field, or as JSON. */
export interface StartRunValues {
  /** Text for strings, JSON for all other types. */
  fields: Record<string, string>;
  json: string;
  mode: 'test' | 'live';
}

/** Form's texts as an input: strings as they are, all else as JSON; a field left empty is left out. */
export function toInput(
  fields: readonly InputField[],
  texts: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(({ name, type }) => {
      const text = texts[name] ?? '';
      return text === '' ? [] : [[name, type === 'string' ? text : (JSON.parse(text) as unknown)]];
    }),
  );
}

/** An input as the form's texts. */
export function fromInput(input: unknown): Record<string, string> {
  if (!isObject(input)) return {};
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

/** What is wrong with a field's text; undefined when nothing is. */
export function faultOf(field: InputField, text: string): string | undefined {
  if (text === '') return field.isRequired ? 'Needed to start the run' : undefined;
  if (field.type === 'string') {
    const most = field.maxLength ?? Infinity;
    return text.length > most ? `At most ${most} characters` : undefined;
  }
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return `A value of type ${field.type}, as JSON`;
  }
}

/** The text as a JSON object; undefined when it is none. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
