import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Prompt } from '@/api/generated';
import { archivePromptMutation } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { ConfirmDialog } from '@/components/ConfirmDialog';

/** Hides a prompt; it can be brought back. */
export function ArchivePrompt({ prompt, onClose }: { prompt: Prompt; onClose: () => void }) {
  const queryClient = useQueryClient();
  const archive = useMutation({
    ...archivePromptMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getPrompt', 'listPrompts');
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Archive ${prompt.name}?`}
      action="Archive"
      isPending={archive.isPending}
      error={archive.error}
      onConfirm={() => archive.mutate({ path: { prompt_id: prompt.id } })}
      onClose={onClose}
    >
      It leaves the list and takes no new versions. What is labelled is still served, so programs go on working. You can
      bring it back.
    </ConfirmDialog>
  );
}
