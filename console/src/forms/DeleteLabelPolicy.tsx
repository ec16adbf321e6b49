import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { LabelPolicy } from '@/api/generated';
import { deleteLabelPolicyMutation } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { ConfirmDialog } from '@/components/ConfirmDialog';

/** Removes a policy: what it protected moves as before. */
export function DeleteLabelPolicy({ policy, onClose }: { policy: LabelPolicy; onClose: () => void }) {
  const queryClient = useQueryClient();
  const remove = useMutation({
    ...deleteLabelPolicyMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'listLabelPolicies', 'listPromptLabels');
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Remove the policy for ${policy.label_pattern}?`}
      action="Remove the policy"
      isDangerous
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ path: { policy_id: policy.id } })}
      onClose={onClose}
    >
      From now on these labels are moved by everybody who may move labels, unless another policy covers them.
    </ConfirmDialog>
  );
}
