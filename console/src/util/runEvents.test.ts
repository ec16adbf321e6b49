import { expect, it } from 'vitest';
import { emptyTail, extend, isOver, laterState, stepStates, type RunEvent } from '@/util/runEvents';

function event(sequence: number, type: string, step = '', attempt = 1): RunEvent {
  return { sequence, type, step_id: step, attempt, data: null, create_time: '2026-11-23T18:00:00Z' };
}

const delta = (text: string, attempt = 1) => ({ step_id: 'a', attempt, text });

it('takes an event once, however often a reconnect repeats it', () => {
  const once = extend(emptyTail, [event(1, 'run.queued'), event(2, 'run.started')], []);
  const twice = extend(once, [event(2, 'run.started'), event(3, 'step.started', 'a')], []);
  expect(twice.events.map((one) => one.sequence)).toEqual([1, 2, 3]);
});

it('joins the tokens of one attempt and begins anew with the next', () => {
  let tail = extend(emptyTail, [event(1, 'step.started', 'a')], [delta('Hel'), delta('lo')]);
  expect(tail.texts.get('a')?.text).toBe('Hello');
  tail = extend(
    tail,
    [event(2, 'step.retrying', 'a'), event(3, 'step.started', 'a', 2)],
    [delta('late'), delta('Hi', 2)],
  );
  expect(tail.texts.get('a')).toEqual({ attempt: 2, text: 'Hi' });
  expect(extend(tail, [], [delta('from before')]).texts.get('a')?.text).toBe('Hi');
});

it('knows the end of a run only by its terminal event', () => {
  const tail = extend(emptyTail, [event(1, 'run.started'), event(2, 'run.cancel_requested')], []);
  expect(isOver(tail)).toBe(false);
  expect(isOver(extend(tail, [event(3, 'run.cancelled')], []))).toBe(true);
});

it('derives each step from what was heard last of it', () => {
  const events = [
    event(1, 'step.started', 'a'),
    event(2, 'step.retrying', 'a'),
    event(3, 'step.skipped', 'b'),
    event(4, 'step.started', 'c'),
    event(5, 'step.failed', 'c'),
  ];
  expect(Object.fromEntries(stepStates(events))).toEqual({ a: 'running', b: 'skipped', c: 'failed' });
});

it('never steps back from a final state to an older word', () => {
  expect(laterState('succeeded', 'running')).toBe('succeeded');
  expect(laterState('pending', 'running')).toBe('running');
  expect(laterState('running', 'succeeded')).toBe('succeeded');
  expect(laterState('running', undefined)).toBe('running');
});
