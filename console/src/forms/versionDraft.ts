import { useState } from 'react';
import { useForm, type UseFormReturn } from 'react-hook-form';
import type { Prompt, PromptBranch, PromptVersion } from '@/api/generated';
import { fromContent, type PromptForm } from '@/forms/promptValues';
import { readDraft, useKeepDraft } from '@/util/useDraft';

interface VersionDraft {
  form: UseFormReturn<PromptForm>;
  /** Where the draft is kept in this tab. */
  key: string;
  /** What the form holds when nothing was changed. */
  saved: PromptForm;
  /** What was written before and not saved; undefined when there was nothing. */
  kept: PromptForm | undefined;
}

/** The draft of a branch's next version; kept in this tab until it is saved or given up. Editor and playground share it. */
export function useVersionDraft(prompt: Prompt, branch: PromptBranch, base: PromptVersion): VersionDraft {
  // One for the branch, whatever version it began with: it must be found again when the head has moved.
  const key = `prompt:${prompt.id}:${branch.name}`;
  const [saved] = useState<PromptForm>(() => ({
    ...fromContent(base.content),
    name: prompt.name,
    description: '',
    tags: '',
    note: '',
    baseVersion: branch.head_version,
  }));
  const [kept] = useState(() => readDraft(key) as PromptForm | undefined);
  const form = useForm<PromptForm>({
    defaultValues: saved,
    ...(kept && { values: kept, resetOptions: { keepDefaultValues: true } }),
  });
  useKeepDraft(key, form);
  return { form, key, saved, kept };
}
