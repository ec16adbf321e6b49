import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import type { LabelProtection, Prompt } from '@/api/generated';
import { setPromptLabelMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import { LABEL_OPERATIONS, invalidate } from '@/api/queryClient';
import { LabelForm, type LabelValues } from '@/forms/fields/LabelForm';

interface Props {
  prompt: Prompt;
  /** The label to move; empty: a new one. */
  label: string;
  /** The version to offer first. */
  version: number;
  /** What protects the label that is moved. */
  protection?: LabelProtection | null | undefined;
  onClose: () => void;
}

/** Points a label at a version of a prompt; refused when somebody moved it since this form was opened. */
export function SetPromptLabel({ prompt, label, version, protection, onClose }: Props) {
  const queryClient = useQueryClient();
  // Where labels stood when the form was opened: the page behind it follows changes by itself, unseen.
  const [seen, setSeen] = useState<Prompt['labels'] | undefined>(prompt.labels);
  const form = useForm<LabelValues>({ defaultValues: { label, version: String(version), reason: '' } });
  const set = useMutation({
    ...setPromptLabelMutation(),
    onSuccess: onClose,
    onError: (error) => {
      placeProblem(error, form);
      // Refused: the alert says where the label stands, so that the next try knows.
      setSeen(undefined);
    },
    onSettled: () => invalidate(queryClient, ...LABEL_OPERATIONS),
  });
  const submit = form.handleSubmit((values) =>
    set.mutate({
      path: { prompt_id: prompt.id, label: values.label },
      body: {
        version: Number(values.version),
        reason: values.reason ?? '',
        expected_version: (seen ?? prompt.labels).find((one) => one.label === values.label)?.version ?? 0,
      },
    }),
  );
  return (
    <LabelForm
      form={form}
      labels={prompt.labels}
      latestVersion={prompt.latest_version}
      existing={label}
      isReasonRequired={protection?.is_reason_required ?? false}
      error={set.error}
      isPending={set.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    />
  );
}
