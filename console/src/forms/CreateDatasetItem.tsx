import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { createDatasetItemMutation } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { placeProblem } from '@/api/placeProblem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { DatasetItemFields, toContent, toValues } from '@/forms/fields/DatasetItemFields';

/** One more item at the end of a dataset. */
export function CreateDatasetItem({ datasetId, onClose }: { datasetId: string; onClose: () => void }) {
  const queryClient = useQueryClient();
  const form = useForm({ defaultValues: toValues({}) });
  const idempotent = useIdempotencyKey();
  const create = useMutation({
    ...createDatasetItemMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getDataset', 'listDatasets', 'listDatasetVersions');
      onClose();
    },
    onError: (error) => placeProblem(error, form),
  });
  const submit = form.handleSubmit((values) => {
    const body = toContent(values);
    create.mutate({ path: { dataset_id: datasetId }, body, headers: idempotent(body) });
  });
  return (
    <FormDialog
      title="New item"
      action="Add"
      maxWidth="md"
      isPending={create.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={create.error} faults={[]} />
      <DatasetItemFields control={form.control} />
    </FormDialog>
  );
}
