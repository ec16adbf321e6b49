import { Box, Button, Checkbox, FormControlLabel } from '@mui/material';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm, useWatch } from 'react-hook-form';
import { mergePromptBranchMutation } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { placeProblem } from '@/api/placeProblem';
import { invalidate, VERSION_OPERATIONS } from '@/api/queryClient';
import { MergeView } from '@/components/merge/MergeView';
import { useMerge } from '@/components/merge/useMerge';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { TextInput } from '@/components/TextInput';

interface Props {
  promptId: string;
  source: string;
  target: string;
  onDone: (version: number) => void;
}

/** Merges one branch into another, once its conflicts are settled. */
export function MergePromptBranch({ promptId, source, target, onDone }: Props) {
  const queryClient = useQueryClient();
  const merge = useMerge(promptId, target, { branch: source });
  const form = useForm({ defaultValues: { note: '', isKept: false } });
  const isKept = useWatch({ control: form.control, name: 'isKept' });
  const idempotent = useIdempotencyKey();
  const send = useMutation({
    ...mergePromptBranchMutation(),
    onSuccess: async ({ version }) => {
      await invalidate(queryClient, ...VERSION_OPERATIONS);
      if (version) onDone(version.number);
      else merge.restart();
    },
    onError: (error) => placeProblem(error, form),
  });
  const { preview } = merge;
  const isReady = preview?.is_settled && preview.faults.length === 0 && !preview.is_unchanged && !merge.isFetching;
  const submit = form.handleSubmit(({ note }) => {
    if (!preview) return;
    const body = {
      source: { branch: source, version: preview.source_version },
      target_version: preview.target_version,
      resolutions: merge.resolutions,
      note,
      is_source_kept: isKept,
    };
    send.mutate({ path: { prompt_id: promptId, branch: target }, body, headers: idempotent(body) });
  });
  return (
    <Box component="form" noValidate onSubmit={submit} sx={{ display: 'grid', gap: 2 }}>
      <MergeView promptId={promptId} merge={merge} names={{ ours: target, theirs: source }} />
      <ProblemAlert error={send.error} faults={[]} />
      <Panel title="Merge">
        <Box sx={{ display: 'grid', gap: 2 }}>
          <TextInput
            control={form.control}
            name="note"
            label="What changes, and why"
            placeholder={`Merged ${source} into ${target}`}
          />
          {source !== 'main' && (
            <FormControlLabel
              control={<Checkbox checked={isKept} onChange={(_, checked) => form.setValue('isKept', checked)} />}
              label={`Keep ${source} open for more versions`}
            />
          )}
          <Box>
            <Button type="submit" variant="contained" color="primary" loading={send.isPending} disabled={!isReady}>
              Merge into {target}
            </Button>
          </Box>
        </Box>
      </Panel>
    </Box>
  );
}
