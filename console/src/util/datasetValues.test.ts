import { describe, expect, it } from 'vitest';
import { fromText, oneLine, toText } from '@/util/datasetValues';

describe('values of items', () => {
  it('stand on one line', () => {
    expect(oneLine('two\n  lines')).toBe('two lines');
    expect(oneLine({ a: [1, null] })).toBe('{"a":[1,null]}');
    expect(oneLine(null)).toBe('');
    expect(oneLine(false)).toBe('false');
    expect(oneLine('x'.repeat(500))).toHaveLength(302);
  });

  it('come back from an editor as they were', () => {
    for (const value of ['5', 5, '', { a: ['ä'] }, false, [], null]) expect(fromText(toText(value))).toEqual(value);
  });

  it('are told apart from what is no JSON', () => {
    expect(fromText('{"a":')).toBeUndefined();
    expect(fromText('Where?')).toBeUndefined();
    expect(fromText(' \n')).toBeNull();
  });
});
