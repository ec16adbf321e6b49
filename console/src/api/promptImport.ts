import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { streamHeaders } from '@/api/client';
import type { ImportPromptsData } from '@/api/generated';
import { readProblem, asProblem, type Problem } from '@/api/problem';
import { LABEL_OPERATIONS, invalidate } from '@/api/queryClient';
import { parseEventStream } from '@/util/eventStream';

export type ImportOptions = Pick<
  NonNullable<ImportPromptsData['query']>,
  'name_prefix' | 'labels' | 'reason' | 'is_dry_run'
>;
export type ImportOutcome = 'created' | 'changed' | 'unchanged' | 'refused';

/** Something to know about a prompt of the file, and where it stands there; line 0: it is about no line. */
export interface ImportNote {
  file: string;
  line: number;
  field: string;
  message: string;
}

/** What becomes, or would become, of one prompt of the file: data of an event `item`. */
export interface ImportItem {
  index: number;
  name: string;
  source: string;
  outcome: ImportOutcome;
  prompt_id: string;
  version_count: number;
  new_versions: number[];
  is_described_anew: boolean;
  labels: { label: string; from_version: number; to_version: number; refusal: string; refusal_message: string }[];
  faults: ImportNote[];
  warnings: ImportNote[];
}

/** An import as far as it is told. `total` is 0 until the file was looked at. */
export interface ImportState {
  isDryRun: boolean;
  isRunning: boolean;
  format: string;
  total: number;
  items: readonly ImportItem[];
  problem: Problem | undefined;
}

interface PromptImport {
  /** undefined before the first file. */
  state: ImportState | undefined;
  start: (file: File, options: ImportOptions) => void;
  /** Ends it where it is: what was told stands. */
  stop: () => void;
}

// A table that is drawn anew for each of thousands of prompts would be slower than the import.
const DRAWN_EVERY_MS = 150;

/** Sends a file, and tells prompt by prompt what becomes of it. One at a time: a new one stops the one before. */
export function usePromptImport(): PromptImport {
  const queryClient = useQueryClient();
  const [state, setState] = useState<ImportState>();
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = useCallback(
    (file: File, options: ImportOptions) => {
      running.current?.abort();
      const control = new AbortController();
      running.current = control;
      const headers = { ...streamHeaders(queryClient), 'Content-Type': 'application/octet-stream' };
      const show = (next: ImportState) => {
        if (running.current === control) setState(next);
      };
      void send(file, options, { headers, signal: control.signal }, show).then(() => {
        if (!options.is_dry_run) void invalidate(queryClient, 'listPromptVersions', ...LABEL_OPERATIONS);
      });
    },
    [queryClient],
  );
  const stop = useCallback(() => running.current?.abort(), []);
  return { state, start, stop };
}

async function send(
  file: File,
  options: ImportOptions,
  request: Pick<RequestInit, 'headers' | 'signal'>,
  show: (state: ImportState) => void,
): Promise<void> {
  const items: ImportItem[] = [];
  const state: ImportState = {
    isDryRun: options.is_dry_run ?? false,
    isRunning: true,
    format: '',
    total: 0,
    items,
    problem: undefined,
  };
  let drawn = performance.now();
  show({ ...state });
  try {
    const query = new URLSearchParams({ file_name: file.name, ...asTexts(options) });
    const response = await fetch(`/v1/prompts:import?${query.toString()}`, { method: 'POST', body: file, ...request });
    if (!response.ok || response.body === null) throw readProblem(await response.json().catch(() => null), response);
    for await (const event of parseEventStream(response.body)) {
      const data = JSON.parse(event.data) as unknown;
      if (event.type === 'problem') throw readProblem(data, response);
      if (event.type === 'started') Object.assign(state, data);
      if (event.type === 'item') items.push(data as ImportItem);
      if (event.type === 'ended') {
        show({ ...state, items: [...items], isRunning: false });
        return;
      }
      if (performance.now() - drawn > DRAWN_EVERY_MS) {
        drawn = performance.now();
        show({ ...state, items: [...items] });
      }
    }
    throw new TypeError('cut off');
  } catch (error) {
    const problem = request.signal?.aborted ? undefined : asProblem(error);
    show({ ...state, items: [...items], isRunning: false, problem });
  }
}

function asTexts(options: ImportOptions): Record<string, string> {
  const given = Object.entries(options).filter(([, value]) => Boolean(value));
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
