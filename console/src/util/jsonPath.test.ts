import { describe, expect, it } from 'vitest';
import { firstLine, locate, parsePath } from '@/util/jsonPath';

const TEXT = `{
  "schema_version": 1,
  "steps": [
    {"id": "a", "type": "prompt"},
    {
      "id": "b",
      "variables": {
        "text": "\${steps.zzz.output.text}",
        "odd.name": 1
      }
    }
  ]
}`;

function line(path: string): number {
  return TEXT.slice(0, locate(TEXT, path).from).split('\n').length;
}

describe('a path of a fault', () => {
  it('reads dotted, quoted and pointer forms', () => {
    expect(parsePath('steps[2].variables.text')).toEqual(['steps', 2, 'variables', 'text']);
    expect(parsePath('steps[1].variables["odd.name"]')).toEqual(['steps', 1, 'variables', 'odd.name']);
    expect(parsePath('/steps/1/a~1b')).toEqual(['steps', 1, 'a/b']);
    expect(parsePath('')).toEqual([]);
  });

  it('finds the line of the property or list item it names', () => {
    expect(line('schema_version')).toBe(2);
    expect(line('steps[0].type')).toBe(4);
    expect(line('steps[1]')).toBe(5);
    expect(line('steps[1].variables.text')).toBe(8);
    expect(line('steps[1].variables["odd.name"]')).toBe(9);
  });

  it('falls back to the deepest part that is there when a field is missing', () => {
    expect(line('steps[1].prompt.name')).toBe(5);
    expect(line('steps[9].id')).toBe(3);
    expect(locate(TEXT, '').from).toBe(0);
  });

  it('marks only the first line of a value of many lines', () => {
    const span = firstLine(TEXT, locate(TEXT, 'steps[1]'));
    expect(TEXT.slice(span.from, span.to)).toBe('{');
  });

  it('survives a text that is no JSON yet', () => {
    expect(locate('{"steps": [', 'steps[0].id').from).toBe(1);
    expect(locate('', 'steps')).toEqual({ from: 0, to: 0 });
  });
});
