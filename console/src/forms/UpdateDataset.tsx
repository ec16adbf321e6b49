import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import type { Dataset } from '@/api/generated';
import { updateDatasetMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import { asProblem } from '@/api/problem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { DatasetFields } from '@/forms/fields/DatasetFields';

/** Changes a dataset's name and description; refused when somebody else has changed it meanwhile. */
export function UpdateDataset({ dataset, onClose }: { dataset: Dataset; onClose: () => void }) {
  const queryClient = useQueryClient();
  const form = useForm({ defaultValues: { name: dataset.name, description: dataset.description } });
  const update = useMutation({
    ...updateDatasetMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getDataset', 'listDatasets');
      onClose();
    },
    onError: (error) => {
      placeProblem(error, form);
      if (asProblem(error).reason === 'DATASET_NAME_TAKEN') form.setError('name', { message: 'This name is taken' });
    },
  });
  const submit = form.handleSubmit((body) =>
    update.mutate({ path: { dataset_id: dataset.id }, headers: { 'If-Match': `"${dataset.etag}"` }, body }),
  );
  return (
    <FormDialog
      title="Edit details"
      action="Save"
      isPending={update.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={update.error} faults={[]} />
      <DatasetFields control={form.control} />
    </FormDialog>
  );
}
