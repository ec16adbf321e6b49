import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import type { LabelPolicy } from '@/api/generated';
import { updateLabelPolicyMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import type { FieldProblem } from '@/api/problem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { LabelPolicyFields, policyBody, type LabelPolicyValues } from '@/forms/fields/LabelPolicyFields';

/** Changes a policy, freezes its labels, or lifts the freeze. */
export function UpdateLabelPolicy({ policy, onClose }: { policy: LabelPolicy; onClose: () => void }) {
  const queryClient = useQueryClient();
  const form = useForm<LabelPolicyValues>({
    defaultValues: {
      label_pattern: policy.label_pattern,
      prompt_prefix: policy.prompt_prefix,
      minimum_role: policy.minimum_role,
      is_reason_required: policy.is_reason_required ? 'yes' : 'no',
      is_frozen: policy.is_frozen ? 'yes' : 'no',
      freeze_reason: policy.freeze_reason,
    },
  });
  const [faults, setFaults] = useState<FieldProblem[]>([]);
  const update = useMutation({
    ...updateLabelPolicyMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'listLabelPolicies', 'listPromptLabels');
      onClose();
    },
    onError: (error) => setFaults(placeProblem(error, form)),
  });
  const submit = form.handleSubmit((values) =>
    update.mutate({
      path: { policy_id: policy.id },
      headers: { 'If-Match': `"${policy.etag}"` },
      body: policyBody(values),
    }),
  );
  return (
    <FormDialog
      title={`Edit the policy for ${policy.label_pattern}`}
      action="Save"
      isPending={update.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={update.error} faults={faults} />
      <LabelPolicyFields control={form.control} />
    </FormDialog>
  );
}
