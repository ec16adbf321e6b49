import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { createDatasetMutation } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { placeProblem } from '@/api/placeProblem';
import { asProblem } from '@/api/problem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { DatasetFields } from '@/forms/fields/DatasetFields';

/** A new dataset, without items yet. */
export function CreateDataset({ onDone, onClose }: { onDone: (datasetId: string) => void; onClose: () => void }) {
  const queryClient = useQueryClient();
  const form = useForm({ defaultValues: { name: '', description: '' } });
  const idempotent = useIdempotencyKey();
  const create = useMutation({
    ...createDatasetMutation(),
    onSuccess: async ({ id }) => {
      await invalidate(queryClient, 'listDatasets');
      onDone(id);
    },
    onError: (error) => {
      placeProblem(error, form);
      if (asProblem(error).reason === 'DATASET_NAME_TAKEN') form.setError('name', { message: 'This name is taken' });
    },
  });
  const submit = form.handleSubmit((body) => create.mutate({ body, headers: idempotent(body) }));
  return (
    <FormDialog
      title="New dataset"
      action="Create"
      isPending={create.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={create.error} faults={[]} />
      <DatasetFields control={form.control} />
    </FormDialog>
  );
}
