import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { Link } from 'react-router';
import { createDatasetItemMutation, listDatasetsOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { placeProblem } from '@/api/placeProblem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SelectInput } from '@/components/SelectInput';
import { DatasetItemFields, toContent, toValues } from '@/forms/fields/DatasetItemFields';

interface Props {
  runId: string;
  /** The step whose input and output these are; empty: those of the run. */
  stepId?: string;
  input: unknown;
  output: unknown;
  onClose: () => void;
}

/** Makes an item of what went into a run or step and what came out; both can be corrected first. */
export function AddRunToDataset({ runId, stepId = '', input, output, onClose }: Props) {
  const queryClient = useQueryClient();
  const datasets = useQuery(listDatasetsOptions({ query: { page_size: 200 } }));
  const [chosen, choose] = useState('');
  const datasetId = chosen || (datasets.data?.items[0]?.id ?? '');
  const form = useForm({ defaultValues: toValues({ input, expected: output }) });
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
    const body = { ...toContent(values), source_run_id: runId, source_step_id: stepId };
    create.mutate({ path: { dataset_id: datasetId }, body, headers: idempotent({ datasetId, ...body }) });
  });
  const isNone = datasets.data?.items.length === 0;
  return (
    <FormDialog
      title="Add to a dataset"
      action="Add"
      maxWidth="md"
      isPending={create.isPending}
      isDisabled={datasetId === ''}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={datasets.error ?? create.error} faults={[]} />
      {isNone ? (
        <span>
          There is no dataset yet: <Link to="/datasets">make one</Link>, then come back.
        </span>
      ) : (
        <SelectInput
          label="Dataset"
          value={datasetId}
          options={datasets.data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []}
          onChange={choose}
          helperText="The output becomes what is expected: correct it where the run was wrong."
        />
      )}
      <DatasetItemFields control={form.control} />
    </FormDialog>
  );
}
