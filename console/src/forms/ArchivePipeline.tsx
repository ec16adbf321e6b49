import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Pipeline } from '@/api/generated';
import { archivePipelineMutation } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { ConfirmDialog } from '@/components/ConfirmDialog';

/** Hides a pipeline; it can be brought back. */
export function ArchivePipeline({ pipeline, onClose }: { pipeline: Pipeline; onClose: () => void }) {
  const queryClient = useQueryClient();
  const archive = useMutation({
    ...archivePipelineMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getPipeline', 'listPipelines');
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Archive ${pipeline.name}?`}
      action="Archive"
      isPending={archive.isPending}
      error={archive.error}
      onConfirm={() => archive.mutate({ path: { pipeline_id: pipeline.id } })}
      onClose={onClose}
    >
      It leaves the list and takes no new versions and no new runs; runs on their way go on. You can bring it back.
    </ConfirmDialog>
  );
}
