import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import type { Prompt } from '@/api/generated';
import { updatePromptMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { TextInput } from '@/components/TextInput';
import { splitTags } from '@/forms/fields/requestPaths';

/** Changes a prompt's name, description and tags; refused when somebody else has changed it meanwhile. */
export function UpdatePrompt({ prompt, onClose }: { prompt: Prompt; onClose: () => void }) {
  const queryClient = useQueryClient();
  const form = useForm({
    defaultValues: { name: prompt.name, description: prompt.description, tags: prompt.tags.join(', ') },
  });
  const update = useMutation({
    ...updatePromptMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getPrompt', 'listPrompts');
      onClose();
    },
    onError: (error) => placeProblem(error, form),
  });
  const submit = form.handleSubmit(({ name, description, tags }) =>
    update.mutate({
      path: { prompt_id: prompt.id },
      headers: { 'If-Match': `"${prompt.etag}"` },
      body: { name, description, tags: splitTags(tags) },
    }),
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
        helperText="Programs that fetch it by name need the new one."
        rules={{ required: 'Name the prompt' }}
      />
      <TextInput control={form.control} name="description" label="Description" multiline minRows={2} />
      <TextInput control={form.control} name="tags" label="Tags" helperText="Separated by commas." />
    </FormDialog>
  );
}
