import { describe, expect, it } from 'vitest';
import type { ModelCallState } from '@/api/modelCall';
import { Answers } from '@/api/playground';
import { Problem } from '@/api/problem';

function answers(...keys: string[]) {
  const states: Record<string, ModelCallState> = {};
  return { states, answers: new Answers(keys, (key, state) => (states[key] = state)) };
}

const event = (type: string, data: unknown) => ({ type, data: JSON.stringify(data), lastEventId: '' });
const refusal = (detail: string, ...errors: { field: string; detail: string }[]) =>
  new Problem(422, 'VARIABLES_INVALID', 'The input is not valid', detail, 'req_1', errors, 0);

describe('answers side by side', () => {
  it('grow apart from each other and end each in its own way', () => {
    const { states, answers: two } = answers('a', 'b');
    two.take(event('delta', { index: 1, text: 'Hel' }));
    two.take(event('delta', { index: 0, text: 'x' }));
    two.take(event('delta', { index: 1, text: 'lo' }));
    expect(states).toEqual({
      a: { phase: 'streaming', text: 'x' },
      b: { phase: 'streaming', text: 'Hello' },
    });
    two.take(event('result', { index: 0, text: 'xyz', model: 'm' }));
    two.take(event('problem', { index: 1, problem: { status: 503, reason: 'PROVIDER_UNAVAILABLE' } }));
    expect(states.a).toMatchObject({ phase: 'done', text: 'xyz' });
    expect(states.b).toMatchObject({ phase: 'failed', text: 'Hello', problem: { status: 503 } });
  });

  it('stay as they are when the stream ends, and what was open is stopped', () => {
    const { states, answers: two } = answers('a', 'b');
    two.take(event('result', { index: 0, text: 'done', model: 'm' }));
    two.take(event('delta', { index: 1, text: 'half' }));
    two.end(undefined);
    expect(states.a).toMatchObject({ phase: 'done' });
    expect(states.b).toEqual({ phase: 'stopped', text: 'half' });
  });

  it('show a refusal where it belongs, in the words of that call', () => {
    const { states, answers: two } = answers('a', 'b');
    two.end(refusal('calls[1]: x is missing', { field: 'calls[1].variables.x', detail: 'is missing' }));
    expect(states.a).toEqual({ phase: 'idle' });
    expect(states.b).toMatchObject({
      phase: 'failed',
      problem: { detail: 'x is missing', errors: [{ field: 'variables.x', detail: 'is missing' }] },
    });
  });

  it('all show a refusal that names none of them', () => {
    const { states, answers: two } = answers('a', 'b');
    two.end(refusal('no model answers'));
    expect([states.a?.phase, states.b?.phase]).toEqual(['failed', 'failed']);
  });
});
