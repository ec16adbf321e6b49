import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import type { LabelProtection, Prompt } from '@/api/generated';
import { deletePromptLabelMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import { LABEL_OPERATIONS, invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ReasonInput } from '@/forms/fields/ReasonInput';

interface Props {
  prompt: Prompt;
  label: string;
  protection: LabelProtection | null | undefined;
  onClose: () => void;
}

/** Removes a label of a prompt, not the version it points at. */
export function DeletePromptLabel({ prompt, label, protection, onClose }: Props) {
  const queryClient = useQueryClient();
  // Where it points as this is opened: when somebody moves it since, the removal is refused.
  const [version] = useState(prompt.labels.find((one) => one.label === label)?.version ?? 0);
  const form = useForm({ defaultValues: { reason: '' } });
  const remove = useMutation({
    ...deletePromptLabelMutation(),
    onSuccess: onClose,
    onError: (error) => placeProblem(error, form),
    onSettled: () => invalidate(queryClient, ...LABEL_OPERATIONS),
  });
  const submit = form.handleSubmit(({ reason }) =>
    remove.mutate({ path: { prompt_id: prompt.id, label }, query: { reason, expected_version: version } }),
  );
  return (
    <FormDialog
      title={`Remove the label ${label}?`}
      action="Remove the label"
      isDangerous
      isPending={remove.isPending}
      maxWidth="xs"
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={remove.error} faults={[]} />
      <div>
        Whoever asks for <code>{label}</code> is told that there is no such label. The version it points at stays, and
        so does the history.
      </div>
      <ReasonInput control={form.control} name="reason" isRequired={protection?.is_reason_required ?? false} />
    </FormDialog>
  );
}
