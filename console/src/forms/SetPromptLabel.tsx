import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import type { Prompt } from '@/api/generated';
import { setPromptLabelMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import { invalidate } from '@/api/queryClient';
import { LabelForm, type LabelValues } from '@/forms/fields/LabelForm';

interface Props {
  prompt: Prompt;
  /** The label to move; empty: a new one. */
  label: string;
  /** The version to offer first. */
  version: number;
  onClose: () => void;
}

/** Points a label at a version of a prompt. */
export function SetPromptLabel({ prompt, label, version, onClose }: Props) {
  const queryClient = useQueryClient();
  const form = useForm<LabelValues>({ defaultValues: { label, version: String(version) } });
  const set = useMutation({
    ...setPromptLabelMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getPrompt', 'listPrompts');
      onClose();
    },
    onError: (error) => placeProblem(error, form),
  });
  const submit = form.handleSubmit((values) =>
    set.mutate({ path: { prompt_id: prompt.id, label: values.label }, body: { version: Number(values.version) } }),
  );
  return (
    <LabelForm
      form={form}
      labels={prompt.labels}
      latestVersion={prompt.latest_version}
      existing={label}
      error={set.error}
      isPending={set.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    />
  );
}
