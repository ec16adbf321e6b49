/** A part of a text as the server tells it: lines and columns from 1, in Unicode code points; the end is past the part. */
export interface Place {
  line: number;
  column: number;
  end_line: number;
  end_column: number;
}

/** Where a part is in a JavaScript string, whose characters are UTF-16 units; kept inside of a text that has changed since. */
export function rangeOf(text: string, place: Place): { from: number; to: number } {
  const from = offsetOf(text, place.line, place.column);
  return { from, to: Math.max(from, offsetOf(text, place.end_line, place.end_column)) };
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let passed = 1; passed < line; passed += 1) {
    const next = text.indexOf('\n', start);
    if (next < 0) return text.length;
    start = next + 1;
  }
  let at = start;
  for (let passed = 1; passed < column && at < text.length && text[at] !== '\n'; passed += 1) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return at;
}
