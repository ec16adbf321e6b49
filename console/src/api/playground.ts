import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { streamHeaders } from '@/api/client';
import type { ModelCallBody, StreamPlayground } from '@/api/generated';
import { problemOf, type ModelCallResult, type ModelCallState } from '@/api/modelCall';
import { asProblem, Problem, readProblem } from '@/api/problem';
import { parseEventStream, type ServerEvent } from '@/util/eventStream';

/** A call and the place of the page that shows its answer. */
export interface PlacedCall {
  key: string;
  body: ModelCallBody;
}

interface Playground {
  /** By key; a place that never called is not there. */
  states: Readonly<Record<string, ModelCallState>>;
  isRunning: boolean;
  /** Calls models side by side, in one stream; answers that stand at these places are replaced. */
  run: (calls: readonly PlacedCall[], mode: 'test' | 'live') => void;
  /** Cuts off all answers that are not done; what has come so far stays. */
  stop: () => void;
}

type Show = (key: string, state: ModelCallState) => void;

/** Calls models side by side and shows their answers as they come. */
export function usePlayground(): Playground {
  const queryClient = useQueryClient();
  const [states, setStates] = useState<Record<string, ModelCallState>>({});
  const running = useRef(new Set<AbortController>());
  useEffect(() => {
    const controls = running.current;
    return () => controls.forEach((control) => control.abort());
  }, []);

  const run = useCallback(
    (calls: readonly PlacedCall[], mode: 'test' | 'live') => {
      const control = new AbortController();
      running.current.add(control);
      const show: Show = (key, state) => setStates((before) => ({ ...before, [key]: state }));
      const request = { calls: calls.map((call) => call.body), mode };
      const keys = calls.map((call) => call.key);
      void answer(request, keys, streamHeaders(queryClient), control.signal, show).finally(() =>
        running.current.delete(control),
      );
    },
    [queryClient],
  );
  const stop = useCallback(() => running.current.forEach((control) => control.abort()), []);
  return { states, isRunning: Object.values(states).some((state) => state.phase === 'streaming'), run, stop };
}

async function answer(
  request: StreamPlayground,
  keys: readonly string[],
  headers: HeadersInit,
  signal: AbortSignal,
  show: Show,
): Promise<void> {
  const answers = new Answers(keys, show);
  try {
    const init = { method: 'POST', headers, body: JSON.stringify(request), signal };
    const response = await fetch('/v1/playground:stream', init);
    if (!response.ok || response.body === null) throw readProblem(await response.json().catch(() => null), response);
    for await (const event of parseEventStream(response.body)) answers.take(event);
    throw new TypeError('cut off');
  } catch (error) {
    answers.end(signal.aborted ? undefined : asProblem(error));
  }
}

/** The answers of one stream, each on its way to its place. */
export class Answers {
  private readonly texts: string[];
  private readonly isOpen: boolean[];

  constructor(
    private readonly keys: readonly string[],
    private readonly show: Show,
  ) {
    this.texts = keys.map(() => '');
    this.isOpen = keys.map(() => true);
    keys.forEach((key) => show(key, { phase: 'streaming', text: '' }));
  }

  take(event: ServerEvent): void {
    const data = JSON.parse(event.data) as { index: number; text?: string; problem?: unknown };
    const key = this.keys[data.index];
    if (key === undefined) return;
    const text = (this.texts[data.index] ?? '') + (data.text ?? '');
    if (event.type === 'delta') {
      this.texts[data.index] = text;
      this.show(key, { phase: 'streaming', text });
      return;
    }
    this.isOpen[data.index] = false;
    if (event.type === 'result') {
      const result = data as unknown as ModelCallResult;
      this.show(key, { phase: 'done', text: result.text, result });
    } else {
      this.show(key, { phase: 'failed', text, problem: problemOf(data.problem) });
    }
  }

  /** Closes what is still open: stopped without a problem, failed with one, which may be about some of the calls only. */
  end(problem: Problem | undefined): void {
    const about = problem === undefined ? [] : this.keys.map((_, index) => problemOfCall(problem, index));
    const isOfSome = about.some((one) => one !== undefined);
    this.keys.forEach((key, index) => {
      if (this.isOpen[index] !== true) return;
      const text = this.texts[index] ?? '';
      if (problem === undefined) this.show(key, { phase: 'stopped', text });
      else if (!isOfSome) this.show(key, { phase: 'failed', text, problem });
      else this.show(key, about[index] ? { phase: 'failed', text, problem: about[index] } : { phase: 'idle' });
    });
  }
}

/** The part of a refusal that is about one call, in that call's own words; undefined when it is about others. */
function problemOfCall(problem: Problem, index: number): Problem | undefined {
  const at = `calls[${index}]`;
  const errors = problem.errors
    .filter(({ field }) => field.startsWith(`${at}.`))
    .map(({ field, detail }) => ({ field: field.slice(at.length + 1), detail }));
  const isNamed = problem.detail.startsWith(`${at}: `);
  if (errors.length === 0 && !isNamed) return undefined;
  const { status, reason, title, requestId, retryAfterS } = problem;
  const detail = isNamed ? problem.detail.slice(at.length + 2) : problem.detail;
  return new Problem(status, reason, title, detail, requestId, errors, retryAfterS);
}
