import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import type { Pipeline } from '@/api/generated';
import { updatePipelineMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { TextInput } from '@/components/TextInput';

/** Changes a pipeline's name and description; refused when somebody else has changed it meanwhile. */
export function UpdatePipeline({ pipeline, onClose }: { pipeline: Pipeline; onClose: () => void }) {
  const queryClient = useQueryClient();
  const form = useForm({ defaultValues: { name: pipeline.name, description: pipeline.description } });
  const update = useMutation({
    ...updatePipelineMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getPipeline', 'listPipelines');
      onClose();
    },
    onError: (error) => placeProblem(error, form),
  });
  const submit = form.handleSubmit((body) =>
    update.mutate({ path: { pipeline_id: pipeline.id }, headers: { 'If-Match': `"${pipeline.etag}"` }, body }),
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
      <TextInput
        control={form.control}
        name="name"
        label="Name"
        helperText="Programs that start it by name need the new one."
        rules={{ required: 'Name the pipeline' }}
      />
      <TextInput control={form.control} name="description" label="Description" multiline minRows={2} />
    </FormDialog>
  );
}
