import { useMutation, useQueryClient } from '@tanstack/react-query';
import { deletePipelineLabelMutation } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { ConfirmDialog } from '@/components/ConfirmDialog';

/** Removes a label of a pipeline, not the version it points at. */
export function DeletePipelineLabel({
  pipelineId,
  label,
  onClose,
}: {
  pipelineId: string;
  label: string;
  onClose: () => void;
}) {
  const queryClient = useQueryClient();
  const remove = useMutation({
    ...deletePipelineLabelMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getPipeline', 'listPipelines');
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
      onConfirm={() => remove.mutate({ path: { pipeline_id: pipelineId, label } })}
      onClose={onClose}
    >
      Whoever asks for <code>{label}</code> is told that there is no such label. The version it points at stays.
    </ConfirmDialog>
  );
}
