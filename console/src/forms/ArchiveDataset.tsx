import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Dataset } from '@/api/generated';
import { archiveDatasetMutation } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { ConfirmDialog } from '@/components/ConfirmDialog';

/** Hides a dataset; it can be brought back. */
export function ArchiveDataset({ dataset, onClose }: { dataset: Dataset; onClose: () => void }) {
  const queryClient = useQueryClient();
  const archive = useMutation({
    ...archiveDatasetMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getDataset', 'listDatasets');
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Archive ${dataset.name}?`}
      action="Archive"
      isPending={archive.isPending}
      error={archive.error}
      onConfirm={() => archive.mutate({ path: { dataset_id: dataset.id } })}
      onClose={onClose}
    >
      It leaves the list and its items are not changed any more. Its versions are still read. You can bring it back.
    </ConfirmDialog>
  );
}
