import { Alert, Box, Button } from '@mui/material';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { PromptContent, PromptDraft } from '@/api/generated';
import { createPromptVersionMutation } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { asProblem } from '@/api/problem';
import { invalidate, VERSION_OPERATIONS } from '@/api/queryClient';
import { MergeView } from '@/components/merge/MergeView';
import { useMerge } from '@/components/merge/useMerge';
import { ProblemAlert } from '@/components/ProblemAlert';

interface Props {
  promptId: string;
  branch: string;
  /** What the person wrote, and the head of the branch it was written on. */
  draft: PromptDraft;
  baseVersion: number;
  note: string;
  onDone: (version: number) => void;
  onBack: () => void;
}

/** Somebody else saved first: both texts are merged, and the result is saved on top. */
export default function MergeDraft({ promptId, branch, draft, baseVersion, note, onDone, onBack }: Props) {
  const queryClient = useQueryClient();
  const [source] = useState({ draft, draft_base_version: baseVersion });
  const merge = useMerge(promptId, branch, source);
  const idempotent = useIdempotencyKey();
  const save = useMutation({
    ...createPromptVersionMutation(),
    onSuccess: async ({ number }) => {
      await invalidate(queryClient, ...VERSION_OPERATIONS);
      onDone(number);
    },
    onError: (error) => {
      if (asProblem(error).reason === 'BRANCH_MOVED') merge.restart();
    },
  });
  const { preview } = merge;
  const head = preview ? `version ${preview.target_version}` : `the head of ${branch}`;
  const submit = () => {
    if (!preview) return;
    const body = { content: asDraft(preview.content), note, branch, base_version: preview.target_version };
    save.mutate({ path: { prompt_id: promptId }, body, headers: idempotent(body) });
  };
  const isReady = preview?.is_settled && preview.faults.length === 0 && !merge.isFetching;
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Alert severity="info">
        {branch} has got {head} since you began. Nothing of yours is lost: below is what both changes give together.
      </Alert>
      <MergeView promptId={promptId} merge={merge} names={{ ours: head, theirs: 'your text' }} />
      <ProblemAlert error={save.error} />
      <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap' }}>
        {preview?.is_unchanged ? (
          <Button variant="contained" color="primary" onClick={() => onDone(preview.target_version)}>
            Go on with {head}
          </Button>
        ) : (
          <Button variant="contained" color="primary" loading={save.isPending} disabled={!isReady} onClick={submit}>
            Save the result
          </Button>
        )}
        <Button onClick={onBack}>Back to my text</Button>
      </Box>
    </Box>
  );
}

/** An answer's content as a request's: what only answers have is left out. */
function asDraft({ type, text, messages, variables, model, parameters }: PromptContent): PromptDraft {
  return {
    type,
    ...(type === 'text' ? { text } : { messages: messages as NonNullable<PromptDraft['messages']> }),
    variables,
    model,
    parameters: parameters ?? {},
  };
}
