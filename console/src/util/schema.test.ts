import { describe, expect, it } from 'vitest';
import { suggestNames, suggestValues, type Schema } from '@/util/schema';

const schema: Schema = {
  type: 'object',
  required: ['steps'],
  properties: { schema_version: { const: 1 }, steps: { type: 'array', items: { $ref: '#/$defs/step' } } },
  $defs: {
    step: { oneOf: [{ $ref: '#/$defs/prompt' }, { $ref: '#/$defs/http' }] },
    prompt: {
      type: 'object',
      required: ['id'],
      properties: { id: { type: 'string' }, type: { const: 'prompt' }, model: { type: 'string' } },
    },
    http: { type: 'object', properties: { type: { const: 'http' }, method: { enum: ['GET', 'POST'] } } },
  },
};

const nothing = () => ({});
const labels = (of: { label: string }[]) => of.map((one) => one.label).sort();

describe('completion from a schema', () => {
  it('offers what the object has not yet, required ones marked', () => {
    const names = suggestNames(schema, [], nothing, ['schema_version']);
    expect(names).toEqual([{ label: 'steps', description: '', detail: 'array', isRequired: true }]);
  });

  it('offers all alternatives until the document chooses one', () => {
    expect(labels(suggestNames(schema, ['steps', 0], nothing, []))).toEqual(['id', 'method', 'model', 'type']);
    const http = (depth: number): Record<string, string> => (depth === 2 ? { type: 'http' } : {});
    expect(labels(suggestNames(schema, ['steps', 0], http, ['type']))).toEqual(['method']);
  });

  it('offers constants and enums as values', () => {
    expect(labels(suggestValues(schema, ['schema_version'], nothing))).toEqual(['1']);
    expect(labels(suggestValues(schema, ['steps', 3, 'method'], nothing))).toEqual(['"GET"', '"POST"']);
    expect(labels(suggestValues(schema, ['steps', 3, 'type'], nothing))).toEqual(['"http"', '"prompt"']);
  });

  it('comes back from a schema that refers to itself', () => {
    expect(
      suggestNames({ $ref: '#/$defs/a', $defs: { a: { allOf: [{ $ref: '#/$defs/a' }] } } }, [], nothing, []),
    ).toEqual([]);
  });
});
