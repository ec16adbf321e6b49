import { describe, expect, it } from 'vitest';
import { rangeOf } from '@/util/places';

const place = (line: number, column: number, endLine: number, endColumn: number) => ({
  line,
  column,
  end_line: endLine,
  end_column: endColumn,
});

describe('rangeOf', () => {
  it('counts code points where JavaScript counts units', () => {
    const text = 'One\n😀😀 {{topic}} é';
    const { from, to } = rangeOf(text, place(2, 4, 2, 13));
    expect(text.slice(from, to)).toBe('{{topic}}');
  });

  it('spans lines', () => {
    const text = 'a\nbc\nd';
    const { from, to } = rangeOf(text, place(1, 2, 3, 1));
    expect(text.slice(from, to)).toBe('\nbc\n');
  });

  it('stays inside of a text that became shorter', () => {
    expect(rangeOf('ab', place(1, 9, 1, 12))).toEqual({ from: 2, to: 2 });
    expect(rangeOf('ab', place(5, 1, 6, 1))).toEqual({ from: 2, to: 2 });
    expect(rangeOf('ab\ncd', place(1, 9, 1, 12))).toEqual({ from: 2, to: 2 });
    expect(rangeOf('', place(1, 1, 1, 3))).toEqual({ from: 0, to: 0 });
  });
});
