import { describe, expect, test } from 'vitest';
import { foldOf, partsOf } from '@/components/comparison/folding';

const lines = (many: number) => Array.from({ length: many }, (_, index) => `line ${index}`).join('\n');

describe('folding of what did not change', () => {
  test('lines next to a change stay', () => {
    const fold = foldOf(lines(20), false, false);
    expect(fold?.head).toBe('line 0\nline 1\nline 2\n');
    expect(fold?.tail).toBe('line 17\nline 18\nline 19');
    expect(fold?.lines).toBe(14);
  });

  test('at the ends of a text there is no change to stand next to', () => {
    expect(foldOf(lines(20), true, false)).toMatchObject({ head: '', lines: 17 });
    expect(foldOf(lines(20), false, true)).toMatchObject({ tail: '', lines: 17 });
  });

  test('a few lines are not worth a fold', () => {
    expect(foldOf(lines(11), false, false)).toBeNull();
    expect(foldOf('one long line '.repeat(500), false, false)).toBeNull();
  });

  test('each side shows its own parts', () => {
    const parts = (['same', 'removed', 'added'] as const).map((change) => ({ change, text: change }));
    expect(partsOf(parts, 'before').map(({ text }) => text)).toEqual(['same', 'removed']);
    expect(partsOf(parts, 'after').map(({ text }) => text)).toEqual(['same', 'added']);
  });
});
