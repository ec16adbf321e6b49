import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { previewPromptMerge } from '@/api/generated';
import type { MergeConflict, MergePreview, MergeResolution, PreviewSource } from '@/api/generated';

/** How a person settles a conflict; `value` is JSON, null: nothing stands there. */
export type Choice = { side: 'ours' | 'theirs' } | { value: unknown };

export interface Merge {
  /** The merge as it stands with the choices made so far; undefined while nothing came yet. */
  preview: MergePreview | undefined;
  conflicts: readonly MergeConflict[];
  choices: Readonly<Record<string, Choice>>;
  resolutions: MergeResolution[];
  error: unknown;
  isFetching: boolean;
  choose: (path: string, choice: Choice | undefined) => void;
  /** Forgets the choices and looks at the present heads: what was chosen belonged to others. */
  restart: () => void;
}

/** A merge that is being worked on: its preview is asked for again with each choice. */
export function useMerge(promptId: string, target: string, source: PreviewSource): Merge {
  const [attempt, setAttempt] = useState(0);
  const [choices, setChoices] = useState<Record<string, Choice>>({});
  const path = { prompt_id: promptId, branch: target };
  const first = useQuery({
    queryKey: ['merge', path, source, attempt],
    queryFn: async ({ signal }) =>
      (await previewPromptMerge({ path, body: { source }, signal, throwOnError: true })).data,
    staleTime: Infinity, // "Start again" asks anew
    gcTime: 0,
  });
  const resolutions = Object.entries(choices).map(([at, choice]) => ({ path: at, ...choice }));
  const seen = first.data;
  const tried = useQuery({
    queryKey: ['merge', path, source, attempt, resolutions],
    queryFn: async ({ signal }) => {
      const pinned = seen ? { target_version: seen.target_version } : {};
      const from = seen && source.draft === undefined ? { ...source, version: seen.source_version } : source;
      const body = { source: from, resolutions, ...pinned };
      return (await previewPromptMerge({ path, body, signal, throwOnError: true })).data;
    },
    enabled: seen !== undefined && resolutions.length > 0,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
  });
  return {
    preview: resolutions.length > 0 ? (tried.data ?? seen) : seen,
    conflicts: seen?.conflicts ?? [],
    choices,
    resolutions,
    error: first.error ?? (resolutions.length > 0 ? tried.error : null),
    isFetching: first.isFetching || tried.isFetching,
    choose: (at, choice) => setChoices((before) => withChoice(before, at, choice)),
    restart: () => {
      setChoices({});
      setAttempt((count) => count + 1);
    },
  };
}

function withChoice(before: Record<string, Choice>, at: string, choice: Choice | undefined): Record<string, Choice> {
  if (choice !== undefined) return { ...before, [at]: choice };
  return Object.fromEntries(Object.entries(before).filter(([path]) => path !== at));
}
