import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Pipeline } from '@/api/generated';
import { publishPipelineVersionMutation } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { ConfirmDialog } from '@/components/ConfirmDialog';

/** Makes one version the one that new runs use. */
export function PublishPipelineVersion({
  pipeline,
  number,
  onClose,
}: {
  pipeline: Pipeline;
  number: number;
  onClose: () => void;
}) {
  const queryClient = useQueryClient();
  const publish = useMutation({
    ...publishPipelineVersionMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getPipeline', 'listPipelines');
      onClose();
    },
  });
  const before = pipeline.published_version;
  return (
    <ConfirmDialog
      title={`Publish version ${number}?`}
      action={number < before ? `Roll back to version ${number}` : 'Publish'}
      isPending={publish.isPending}
      error={publish.error}
      onConfirm={() => publish.mutate({ path: { pipeline_id: pipeline.id, number } })}
      onClose={onClose}
    >
      New runs that name no version use it from now on{before > 0 ? `, in place of version ${before}` : ''}. Runs on
      their way keep the version they began with.
    </ConfirmDialog>
  );
}
