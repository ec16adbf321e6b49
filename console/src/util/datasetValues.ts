/** A JSON value on one line: texts as they are, everything else as JSON. Cut where no line is that long. */
export function oneLine(value: unknown, most = 300): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.slice(0, most + 1).replace(/\s+/g, ' ');
  return text.length > most ? `${line.slice(0, most)} …` : line;
}

/** A JSON value as an editor shows it; null as an empty text. */
export function toText(value: unknown): string {
  return value === null || value === undefined ? '' : JSON.stringify(value, null, 2);
}

/** An editor's text as a JSON value; empty is null. Undefined: it is no JSON. */
export function fromText(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
