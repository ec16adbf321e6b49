import { Alert, Link, Typography } from '@mui/material';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { Link as RouterLink } from 'react-router';
import { createPromptVersionMutation } from '@/api/generated/@tanstack/react-query.gen';
import type { PromptDraft } from '@/api/generated';
import { useIdempotencyKey } from '@/api/idempotency';
import { asProblem } from '@/api/problem';
import { invalidate, VERSION_OPERATIONS } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { TextInput } from '@/components/TextInput';

interface Props {
  promptId: string;
  branch: string;
  /** Head of the branch when what is saved began: when it has moved since, nothing is written. */
  baseVersion: number;
  /** What a column tried, its model and parameters included. */
  content: PromptDraft;
  /** Keeps the content as the editor's draft: somebody else was faster, and the editor merges. */
  onMerge: () => void;
  onSaved: (version: number) => void;
  onClose: () => void;
}

/** Makes what a column of the playground tried the branch's next version. */
export function SavePlaygroundVersion({ promptId, branch, baseVersion, content, onMerge, onSaved, onClose }: Props) {
  const queryClient = useQueryClient();
  const form = useForm({ defaultValues: { note: '' } });
  const idempotent = useIdempotencyKey();
  const create = useMutation({
    ...createPromptVersionMutation(),
    onSuccess: async ({ number }) => {
      await invalidate(queryClient, ...VERSION_OPERATIONS);
      onSaved(number);
    },
  });
  const submit = form.handleSubmit(({ note }) => {
    const body = { content, note, branch, base_version: baseVersion };
    create.mutate({ path: { prompt_id: promptId }, body, headers: idempotent(body) });
  });
  const isStale = create.error !== null && asProblem(create.error).reason === 'BRANCH_MOVED';
  return (
    <FormDialog
      title="Save as version"
      action="Save"
      isPending={create.isPending}
      isDisabled={isStale}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      {isStale ? (
        <Alert severity="warning">
          Somebody else has saved on {branch} meanwhile.{' '}
          <Link
            component={RouterLink}
            to={`/prompts/${promptId}/edit?branch=${encodeURIComponent(branch)}`}
            onClick={onMerge}
            color="inherit"
          >
            Save it in the editor
          </Link>
          , which merges both.
        </Alert>
      ) : (
        <ProblemAlert error={create.error} />
      )}
      <Typography color="textSecondary">
        The prompt as this column tried it, with its model and parameters, as the next version on {branch}.
      </Typography>
      <TextInput
        control={form.control}
        name="note"
        label="What changed, and why"
        placeholder="Cheaper model, same answers"
        autoFocus
      />
    </FormDialog>
  );
}
