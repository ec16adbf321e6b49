import { describe, expect, test } from 'vitest';
import { fieldsOf, messageName, pathName, share, signed } from '@/components/comparison/words';
import { formatCount, formatMoney } from '@/util/money';

const field = { path: '/type', change: 'added', before: null, after: 'list' } as const;

describe('words of a comparison', () => {
  test('a pointer is written as people write it', () => {
    expect(pathName({ path: '/a~1b/~0c/d' })).toBe('a/b.~c.d');
  });

  test('a difference has its sign', () => {
    expect(signed(1200, formatCount)).toBe('+1,200');
    expect(signed(-412_000, formatMoney)).toBe('−$0.000412');
    expect(signed(0, formatCount)).toBe('0');
  });

  test.each([
    [100, 107, '+7.0%'],
    [100, 50, '−50%'],
    [10_000, 10_001, '+<0.1%'],
    [100, 999, '+899%'],
    [100, 2100, '21 times'],
    [100, 100, ''],
    [0, 5, ''],
  ])('from %i to %i is %s', (before, after, expected) => {
    expect(share(before, after)).toBe(expected);
  });

  test('a message that moved is named by both places', () => {
    const message = {
      change: 'same',
      before_role: 'user',
      after_role: 'user',
      parts: [],
      is_coarse: false,
      before_index: 0,
      after_index: 2,
    } as const;
    expect(messageName({ ...message, parts: [], is_moved: true })).toBe('was message 1, now message 3');
    expect(messageName({ ...message, parts: [], is_moved: false, after_index: -1 })).toBe('message 1');
  });

  test('what is on one side only is told as a whole, what changed field by field', () => {
    const changed = { ...field, change: 'changed', before: 'text' } as const;
    const fields = fieldsOf([
      { name: 'items', change: 'added', fields: [field] },
      { name: 'tone', change: 'changed', fields: [changed, { ...changed, path: '/default' }] },
    ]);
    expect(fields.map(({ owner, path }) => [owner, path])).toEqual([
      ['items', ''],
      ['tone', '/type'],
      ['tone', '/default'],
    ]);
    expect(fields[0]).toMatchObject({ change: 'added', before: null, after: { type: 'list' } });
  });
});
