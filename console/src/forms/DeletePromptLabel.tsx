import { useMutation, useQueryClient } from '@tanstack/react-query';
import { deletePromptLabelMutation } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { ConfirmDialog } from '@/components/ConfirmDialog';

/** Removes a label of a prompt, not the version it points at. */
export function DeletePromptLabel({
  promptId,
  label,
  onClose,
}: {
  promptId: string;
  label: string;
  onClose: () => void;
}) {
  const queryClient = useQueryClient();
  const remove = useMutation({
    ...deletePromptLabelMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getPrompt', 'listPrompts');
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Remove the label ${label}?`}
      action="Remove the label"
      isDangerous
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ path: { prompt_id: promptId, label } })}
      onClose={onClose}
    >
      Whoever asks for <code>{label}</code> is told that there is no such label. The version it points at stays.
    </ConfirmDialog>
  );
}
