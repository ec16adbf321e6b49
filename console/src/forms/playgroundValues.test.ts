import { describe, expect, it } from 'vitest';
import type { PromptVersion } from '@/api/generated';
import { choicesOf, faultOfVariable, sharedVariables } from '@/forms/callVariables';
import { callOf, draftOf, firstColumns, newColumn, type Sources } from '@/forms/playgroundValues';
import { emptyPrompt } from '@/forms/promptValues';

const variable = { name: 'n', type: 'string' as const, description: '', isRequired: false, fallback: '', allowed: '' };
const first = { ...emptyPrompt, text: '{{n}} {{m}}', variables: [variable] };
const second = {
  ...emptyPrompt,
  text: '{{n}}',
  variables: [{ ...variable, type: 'integer' as const, isRequired: true }],
};
const version = {
  prompt_id: 'prm_1',
  number: 2,
  content: {
    type: 'text',
    text: '{{n}}',
    messages: [],
    variables: [{ name: 'n', type: 'integer', description: '', default: null, enum: [] }],
    model: 'gpt-4o-mini',
    parameters: { temperature: 0.5, tools: [{ type: 'function' }] },
  },
} as unknown as PromptVersion;
const sources: Sources = { promptId: 'prm_1', draft: first, versions: new Map([['2', version]]) };

describe('variables of several prompts', () => {
  it('are one input for each name, needed where any prompt needs it', () => {
    const shared = sharedVariables([first, second]);
    expect(shared.map((one) => one.name)).toEqual(['n', 'm']);
    expect(shared.every((one) => one.isRequired)).toBe(true);
  });

  it('take only what every prompt takes', () => {
    const [n] = sharedVariables([first, second]);
    expect(n && faultOfVariable(n, 'seven')).toBe('Not a value of type integer');
    expect(n && faultOfVariable(n, '7')).toBeUndefined();
    expect(n && faultOfVariable(n, '')).toMatch(/Needed/);
  });

  it('of a placeholder is a list of messages', () => {
    const messages = [{ role: 'placeholder' as const, content: 'history' }];
    const [history] = sharedVariables([{ ...emptyPrompt, type: 'chat', messages }]);
    expect(history).toMatchObject({ name: 'history', type: 'list', isRequired: true });
  });

  it('offer choices only where all prompts offer the same', () => {
    const limited = { ...first, variables: [{ ...variable, allowed: 'a, b' }] };
    const [same] = sharedVariables([limited, limited]);
    const [other] = sharedVariables([limited, first]);
    expect(same && choicesOf(same)).toEqual(['a', 'b']);
    expect(other && choicesOf(other)).toEqual([]);
  });
});

describe('a column', () => {
  it('sends a version by its number, with the variables of that version only', () => {
    const call = callOf(newColumn('2'), sources, { n: '7', m: 'x' }, 'test');
    expect(call).toEqual({
      reference: { prompt: 'prm_1', version: 2 },
      variables: { n: 7 },
      model: '',
      parameters: {},
    });
  });

  it('sends the draft whole, and names the simulator where nobody names a model', () => {
    const call = callOf(newColumn('draft'), sources, { n: '7', m: 'x' }, 'test');
    expect(call.draft).toMatchObject({ type: 'text', text: '{{n}} {{m}}' });
    expect(call.variables).toEqual({ n: '7', m: 'x' });
    expect(call.model).toBe('sim-text');
    expect(callOf(newColumn('draft'), sources, {}, 'live').model).toBe('');
  });

  it('is saved with its own model and parameters over those of the prompt, which keep their tools', () => {
    const column = { ...newColumn('2'), model: 'gpt-5', temperature: '0', maxTokens: '9' };
    expect(draftOf(column, sources)).toMatchObject({
      model: 'gpt-5',
      parameters: { temperature: 0, max_tokens: 9, tools: [{ type: 'function' }] },
    });
  });
});

describe('the first columns', () => {
  it('are those that were there when they show what was asked for, else what was asked for', () => {
    const kept = [newColumn('1'), newColumn('2')];
    expect(firstColumns(kept, ['2'])).toEqual(kept);
    expect(firstColumns(kept, ['3']).map((column) => column.source)).toEqual(['3']);
    expect(firstColumns([], ['draft', '1']).map((column) => column.source)).toEqual(['draft', '1']);
    expect(firstColumns(kept, [])).toHaveLength(2);
  });
});
