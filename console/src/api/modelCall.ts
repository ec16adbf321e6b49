import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { streamHeaders } from '@/api/client';
import type { CreateModelCall } from '@/api/generated';
import { asProblem, readProblem, type Problem } from '@/api/problem';
import { parseEventStream, type ServerEvent } from '@/util/eventStream';

/** A call of a tool that a model asks for; `arguments` is what it wrote, JSON when it did well. */
export interface ToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** What a call cost, by the prices of that moment. `fallback`: nobody knows the model's price. */
export interface CallCost {
  cost_nano_usd: number;
  price_source: 'catalogue' | 'own' | 'fallback' | 'simulator';
}

/** How a model call ended: data of its last event. */
export interface ModelCallResult {
  call_id: string;
  text: string;
  tool_calls: ToolCall[];
  model: string;
  finish_reason: string;
  usage: { input_tokens: number; output_tokens: number } | null;
  /** The provider did not count, the platform did. */
  is_usage_estimated: boolean;
  /** null: prices could not be asked just then. */
  cost: CallCost | null;
  duration_ms: number;
  first_token_ms: number;
}

export type ModelCallState =
  | { phase: 'idle' }
  | { phase: 'streaming'; text: string }
  | { phase: 'stopped'; text: string }
  | { phase: 'done'; text: string; result: ModelCallResult }
  | { phase: 'failed'; text: string; problem: Problem };

interface ModelCall {
  state: ModelCallState;
  start: (body: CreateModelCall) => void;
  /** Cuts the answer off; what has come so far stays. */
  stop: () => void;
}

/** Calls a model and shows its answer as it comes. One call at a time: a new one stops the one before. */
export function useModelCall(): ModelCall {
  const queryClient = useQueryClient();
  const [state, setState] = useState<ModelCallState>({ phase: 'idle' });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = useCallback(
    (body: CreateModelCall) => {
      running.current?.abort();
      const control = new AbortController();
      running.current = control;
      void call(body, streamHeaders(queryClient), control.signal, (next) => {
        if (running.current === control) setState(next);
      });
    },
    [queryClient],
  );
  const stop = useCallback(() => running.current?.abort(), []);
  return { state, start, stop };
}

async function call(
  body: CreateModelCall,
  headers: HeadersInit,
  signal: AbortSignal,
  show: (state: ModelCallState) => void,
): Promise<void> {
  let text = '';
  show({ phase: 'streaming', text });
  try {
    const response = await fetch('/v1/model-calls', { method: 'POST', headers, body: JSON.stringify(body), signal });
    if (!response.ok || response.body === null) throw readProblem(await response.json().catch(() => null), response);
    for await (const event of parseEventStream(response.body)) {
      if (event.type === 'delta') {
        text += (read(event) as { text: string }).text;
        show({ phase: 'streaming', text });
      } else if (event.type === 'result') {
        const result = read(event) as ModelCallResult;
        show({ phase: 'done', text: result.text, result });
        return;
      } else if (event.type === 'problem') {
        throw problemOf(read(event));
      }
    }
    throw new TypeError('cut off');
  } catch (error) {
    show(signal.aborted ? { phase: 'stopped', text } : { phase: 'failed', text, problem: asProblem(error) });
  }
}

/** A problem that came as an event: its status is its own, not the stream's. */
export function problemOf(document: unknown): Problem {
  const { status } = document as { status: number };
  return readProblem(document, new Response(null, { status }));
}

function read(event: ServerEvent): unknown {
  return JSON.parse(event.data);
}
