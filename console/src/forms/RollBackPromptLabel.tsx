import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import type { PromptLabelState } from '@/api/generated';
import { rollBackPromptLabelMutation } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { placeProblem } from '@/api/placeProblem';
import { LABEL_OPERATIONS, invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ReasonInput } from '@/forms/fields/ReasonInput';

interface Props {
  promptId: string;
  state: PromptLabelState;
  onClose: () => void;
}

/** Takes a label back to the version it stood at before its last move. */
export function RollBackPromptLabel({
  promptId,
  state: { label, version, rollback_version, protection },
  onClose,
}: Props) {
  const queryClient = useQueryClient();
  const idempotent = useIdempotencyKey();
  const form = useForm({ defaultValues: { reason: '' } });
  const rollBack = useMutation({
    ...rollBackPromptLabelMutation(),
    onSuccess: onClose,
    onError: (error) => placeProblem(error, form),
    onSettled: () => invalidate(queryClient, ...LABEL_OPERATIONS),
  });
  const submit = form.handleSubmit(({ reason }) => {
    const body = { reason, expected_version: version };
    rollBack.mutate({ path: { prompt_id: promptId, label }, body, headers: idempotent(body) });
  });
  return (
    <FormDialog
      title={`Roll back ${label}?`}
      action={`Roll back to version ${rollback_version}`}
      isPending={rollBack.isPending}
      maxWidth="xs"
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={rollBack.error} faults={[]} />
      <div>
        <code>{label}</code> goes from version {version} back to version {rollback_version}, where it stood before its
        last move. Programs and runs that ask for the label get that version from their next request on.
      </div>
      <ReasonInput control={form.control} name="reason" isRequired={protection?.is_reason_required ?? false} />
    </FormDialog>
  );
}
