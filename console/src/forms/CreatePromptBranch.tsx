import { Typography } from '@mui/material';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { createPromptBranchMutation } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { placeProblem } from '@/api/placeProblem';
import { asProblem } from '@/api/problem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { TextInput } from '@/components/TextInput';

interface Props {
  promptId: string;
  /** The version that the branch begins at. */
  version: number;
  onDone: (branch: string) => void;
  onClose: () => void;
}

/** Begins a branch at a version. */
export function CreatePromptBranch({ promptId, version, onDone, onClose }: Props) {
  const queryClient = useQueryClient();
  const form = useForm({ defaultValues: { name: '' } });
  const idempotent = useIdempotencyKey();
  const create = useMutation({
    ...createPromptBranchMutation(),
    onSuccess: async ({ name }) => {
      await invalidate(queryClient, 'listPromptBranches');
      onDone(name);
    },
    onError: (error) => {
      placeProblem(error, form);
      if (asProblem(error).reason === 'BRANCH_NAME_TAKEN')
        form.setError('name', { message: 'This name was used before' });
    },
  });
  const submit = form.handleSubmit(({ name }) => {
    const body = { name, base_version: version };
    create.mutate({ path: { prompt_id: promptId }, body, headers: idempotent(body) });
  });
  return (
    <FormDialog
      title="New branch"
      action="Begin"
      isPending={create.isPending}
      maxWidth="xs"
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={create.error} faults={[]} />
      <TextInput
        control={form.control}
        name="name"
        label="Name of the branch"
        autoFocus
        placeholder="shorter"
        rules={{
          required: 'Name the branch',
          pattern: { value: /^[A-Za-z0-9_][A-Za-z0-9._/-]{0,99}$/, message: 'Letters, digits, - _ . and /' },
        }}
      />
      <Typography variant="body2" color="textSecondary">
        It begins at version {version}. What is saved on it reaches nobody until a label is moved to it, or it is
        merged.
      </Typography>
    </FormDialog>
  );
}
