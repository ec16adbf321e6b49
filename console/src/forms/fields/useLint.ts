import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useWatch, type Control } from 'react-hook-form';
import { lintPrompt, type LintFinding } from '@/api/generated';
import { toLintedDraft, type PromptForm, type PromptValues } from '@/forms/promptValues';

const WAIT_MS = 500;
const NOTHING: readonly LintFinding[] = [];

/** What lint says of the form's draft. */
export interface Lint {
  findings: readonly LintFinding[];
  isCut: boolean;
  /** The findings are those of the draft as it stands: their places hold. */
  isCurrent: boolean;
  error: unknown;
}

/** Has the draft looked through half a second after the last key. An unwritten draft is left in peace. */
export function useLint(control: Control<PromptForm>): Lint {
  const [type, text, messages, variables, model, temperature, maxTokens, more] = useWatch({
    control,
    name: ['type', 'text', 'messages', 'variables', 'model', 'temperature', 'maxTokens', 'more'],
  });
  const values: PromptValues = { type, text, messages, variables, model, temperature, maxTokens, more };
  const draft = JSON.stringify(toLintedDraft(values));
  const asked = useSettled(draft);
  const isWritten = type === 'text' ? text !== '' : messages.some((message) => message.content !== '');
  const found = useQuery({
    queryKey: ['lintPrompt', asked],
    queryFn: async ({ signal }) => {
      const content = JSON.parse(asked) as ReturnType<typeof toLintedDraft>;
      return (await lintPrompt({ body: { content }, signal, throwOnError: true })).data;
    },
    enabled: isWritten,
    placeholderData: keepPreviousData,
    staleTime: Infinity, // the same draft, the same findings
    gcTime: 10_000,
    retry: false,
  });
  const answer = isWritten ? found.data : undefined;
  return {
    findings: answer?.findings ?? NOTHING,
    isCut: answer?.is_cut ?? false,
    isCurrent: answer !== undefined && draft === asked && !found.isPlaceholderData,
    error: isWritten ? found.error : null,
  };
}

/** A value once it has rested. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), WAIT_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
