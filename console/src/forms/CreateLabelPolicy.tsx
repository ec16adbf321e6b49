import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { createLabelPolicyMutation } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { placeProblem } from '@/api/placeProblem';
import type { FieldProblem } from '@/api/problem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { LabelPolicyFields, policyBody, type LabelPolicyValues } from '@/forms/fields/LabelPolicyFields';

/** Protects labels from now on. */
export function CreateLabelPolicy({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient();
  const form = useForm<LabelPolicyValues>({
    defaultValues: {
      label_pattern: '',
      prompt_prefix: '',
      minimum_role: 'admin',
      is_reason_required: 'no',
      is_frozen: 'no',
      freeze_reason: '',
    },
  });
  const idempotent = useIdempotencyKey();
  const [faults, setFaults] = useState<FieldProblem[]>([]);
  const create = useMutation({
    ...createLabelPolicyMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'listLabelPolicies', 'listPromptLabels');
      onClose();
    },
    onError: (error) => setFaults(placeProblem(error, form)),
  });
  const submit = form.handleSubmit((values) => {
    const body = policyBody(values);
    create.mutate({ body, headers: idempotent(body) });
  });
  return (
    <FormDialog
      title="New label policy"
      action="Protect"
      isPending={create.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={create.error} faults={faults} />
      <LabelPolicyFields control={form.control} />
    </FormDialog>
  );
}
