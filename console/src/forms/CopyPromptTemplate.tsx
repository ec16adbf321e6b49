import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import type { PromptTemplate } from '@/api/generated';
import { copyPromptTemplateMutation } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { placeProblem } from '@/api/placeProblem';
import { asProblem } from '@/api/problem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { TextInput } from '@/components/TextInput';

interface Props {
  template: PromptTemplate;
  onDone: (promptId: string) => void;
  onClose: () => void;
}

/** Makes a prompt of the workspace from a template. */
export function CopyPromptTemplate({ template, onDone, onClose }: Props) {
  const queryClient = useQueryClient();
  // The workspace has had a prompt of a default's own name from its first day.
  const offered = template.is_default ? `${template.name}-2` : template.name;
  const form = useForm({ defaultValues: { name: offered } });
  const idempotent = useIdempotencyKey();
  const copy = useMutation({
    ...copyPromptTemplateMutation(),
    onSuccess: async ({ prompt }) => {
      await invalidate(queryClient, 'listPrompts');
      onDone(prompt.id);
    },
    onError: (error) => {
      placeProblem(error, form);
      if (asProblem(error).reason === 'PROMPT_NAME_TAKEN') form.setError('name', { message: 'This name is taken' });
    },
  });
  const submit = form.handleSubmit((body) =>
    copy.mutate({ path: { template_name: template.name }, body, headers: idempotent({ ...body, of: template.name }) }),
  );
  return (
    <FormDialog
      title="Use this template"
      action="Create the prompt"
      isPending={copy.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={copy.error} faults={[]} />
      <TextInput
        control={form.control}
        name="name"
        label="Name of your prompt"
        autoFocus
        helperText="Programs fetch it by this name. Small letters, digits, - _ . and / for folders."
        rules={{
          required: 'Name the prompt',
          pattern: {
            value: /^[a-z0-9][a-z0-9_./-]{0,127}$/,
            message: 'Small letters, digits, - _ . and /; begins with a letter or digit',
          },
        }}
      />
    </FormDialog>
  );
}
