import { useState } from 'react';
import { useSearchParams } from 'react-router';
import type { SearchPromptsData } from '@/api/generated';

const NARROWING = ['type', 'label', 'days', 'author', 'model'] as const;
const NAMES = ['query', 'folder', 'tag', 'archived', ...NARROWING] as const;
const DAY_MS = 86_400_000;

type Name = (typeof NAMES)[number];
type Values = Record<Name, string> & { type: '' | 'text' | 'chat'; days: '' | '1' | '7' | '30' };

export interface PromptFilter {
  values: Values;
  /** Sets one filter; an empty value lifts it. */
  set: (name: Name) => (value: string) => void;
  /** Lifts those that `PromptFilters` shows. */
  clear: () => void;
  /** One of those is set. */
  isNarrowed: boolean;
  /** Anything is set. */
  isSet: boolean;
  /** What to ask the server. */
  query: NonNullable<SearchPromptsData['query']>;
}

/** The filters of the list of prompts. They live in the address: links and the back button keep them. */
export function usePromptFilter(): PromptFilter {
  const [search, setSearch] = useSearchParams();
  const [now] = useState(Date.now);
  const read = (name: Name) => search.get(name) ?? '';
  const values = {
    ...(Object.fromEntries(NAMES.map((name) => [name, read(name)])) as Record<Name, string>),
    type: oneOf(['text', 'chat'], read('type')),
    days: oneOf(['1', '7', '30'], read('days')),
  };
  const change = (changes: Partial<Record<Name, string>>) => {
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value === '') after.delete(name);
          else after.set(name, value);
        }
        return after;
      },
      { replace: true },
    );
  };
  const { query, folder, tag, archived, type, label, days, author, model } = values;
  return {
    values,
    set: (name) => (value) => change({ [name]: value }),
    clear: () => change(Object.fromEntries(NARROWING.map((name) => [name, '']))),
    isNarrowed: NARROWING.some((name) => values[name] !== ''),
    isSet: NAMES.some((name) => values[name] !== ''),
    query: {
      query,
      folder,
      tag,
      label,
      author,
      model,
      is_archived: archived !== '',
      ...(type && { type }),
      ...(days && { updated_since: new Date(now - Number(days) * DAY_MS).toISOString() }),
    },
  };
}

function oneOf<Choice extends string>(choices: readonly Choice[], value: string): Choice | '' {
  return choices.find((choice) => choice === value) ?? '';
}
