import { useMutation, useQueryClient } from '@tanstack/react-query';
import { closePromptBranchMutation } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { ConfirmDialog } from '@/components/ConfirmDialog';

/** Ends a branch without merging it. */
export function ClosePromptBranch({
  promptId,
  branch,
  onClose,
}: {
  promptId: string;
  branch: string;
  onClose: () => void;
}) {
  const queryClient = useQueryClient();
  const close = useMutation({
    ...closePromptBranchMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'listPromptBranches', 'getPromptBranch');
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Close ${branch}?`}
      action="Close the branch"
      isPending={close.isPending}
      error={close.error}
      onConfirm={() => close.mutate({ path: { prompt_id: promptId, branch } })}
      onClose={onClose}
    >
      It takes no further versions, and cannot be opened again. Its versions stay, and labels that point at them too; a
      new branch can begin at any of them.
    </ConfirmDialog>
  );
}
