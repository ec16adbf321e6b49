import { useMutation, useQueryClient } from '@tanstack/react-query';
import { cancelRunMutation } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { ConfirmDialog } from '@/components/ConfirmDialog';

/** Asks a run to stop. */
export function CancelRun({ runId, onClose }: { runId: string; onClose: () => void }) {
  const queryClient = useQueryClient();
  const cancel = useMutation({
    ...cancelRunMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getRun', 'listRuns');
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title="Cancel this run?"
      action="Cancel the run"
      isDangerous
      isPending={cancel.isPending}
      error={cancel.error}
      onConfirm={() => cancel.mutate({ path: { run_id: runId } })}
      onClose={onClose}
    >
      Steps at work are stopped within a second; finished ones keep their outputs. What was used by then is billed. It
      cannot be resumed.
    </ConfirmDialog>
  );
}
