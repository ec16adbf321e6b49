/** One numbered event of a run, as the stream brings it. */
export interface RunEvent {
  sequence: number;
  type: string;
  step_id: string;
  attempt: number;
  data: unknown;
  create_time: string;
}

/** A piece of a model's answer, live only. */
export interface TokenDelta {
  step_id: string;
  attempt: number;
  text: string;
}

/** What has been heard of a run so far. */
export interface RunTail {
  events: readonly RunEvent[];
  /** Text of the attempt that is being answered, by step. */
  texts: ReadonlyMap<string, { attempt: number; text: string }>;
}

export const emptyTail: RunTail = { events: [], texts: new Map() };

const TERMINAL = ['run.succeeded', 'run.failed', 'run.cancelled'];

/** Adds what has arrived since the last drawing. An event that was heard before (after a reconnect) changes nothing. */
export function extend(tail: RunTail, events: readonly RunEvent[], deltas: readonly TokenDelta[]): RunTail {
  let last = tail.events.at(-1)?.sequence ?? 0;
  const fresh = events.filter((event) => {
    const isNext = event.sequence > last;
    if (isNext) last = event.sequence;
    return isNext;
  });
  const texts = new Map(tail.texts);
  // A new attempt begins its text anew: what the failed one had written is not part of the answer.
  for (const event of fresh) {
    if (event.type === 'step.started') texts.delete(event.step_id);
  }
  for (const { step_id: step, attempt, text } of deltas) {
    const before = texts.get(step);
    if (before && before.attempt > attempt) continue;
    texts.set(step, { attempt, text: before?.attempt === attempt ? before.text + text : text });
  }
  return { events: fresh.length > 0 ? [...tail.events, ...fresh] : tail.events, texts };
}

/** True once the event that ends the run has been heard. */
export function isOver(tail: RunTail): boolean {
  return tail.events.some((event) => TERMINAL.includes(event.type));
}

/** The state of each step after the events: by what was heard last of it. */
export function stepStates(events: readonly RunEvent[]): Map<string, string> {
  const states = new Map<string, string>();
  for (const { type, step_id: step } of events) {
    if (step === '') continue;
    const verb = type.replace(/^step\./, '');
    states.set(step, verb === 'started' || verb === 'retrying' ? 'running' : verb);
  }
  return states;
}

const FINAL = ['succeeded', 'failed', 'skipped', 'cancelled'];

/** What to show of a step that was read at one moment and heard of at another: the state that is further on. */
export function laterState(read: string, heard: string | undefined): string {
  if (heard === undefined || FINAL.includes(read)) return read;
  return FINAL.includes(heard) || heard === 'running' ? heard : read;
}
