import { Alert, Box, Button } from '@mui/material';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'react-router';
import type { Prompt, PromptBranch, PromptVersion } from '@/api/generated';
import { useIdempotencyKey } from '@/api/idempotency';
import { createPromptVersionMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import { asProblem, type FieldProblem } from '@/api/problem';
import { invalidate, VERSION_OPERATIONS } from '@/api/queryClient';
import { useSession } from '@/api/session';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { PageSkeleton } from '@/components/Skeletons';
import { TextInput } from '@/components/TextInput';
import { TryDraft } from '@/forms/CreateModelCall';
import { LintSummary } from '@/forms/fields/LintSummary';
import { PromptContentFields } from '@/forms/fields/PromptContentFields';
import { contentFields } from '@/forms/fields/requestPaths';
import { toDraft, type PromptForm } from '@/forms/promptValues';
import { useVersionDraft } from '@/forms/versionDraft';
import { dropDraft, keepDraft } from '@/util/useDraft';

const MergeDraft = lazy(() => import('@/forms/MergeDraft'));

interface Props {
  prompt: Prompt;
  /** The branch that takes the version. */
  branch: PromptBranch;
  /** The version to start from. */
  base: PromptVersion;
  onDone: (version: number) => void;
}

/**
 * A new version of a prompt; versions never change, so saving always makes the next one.
 * Where somebody else saved on the branch meanwhile, both texts are merged, and this one stays as it is behind that.
 */
export function CreatePromptVersion({ prompt, branch, base, onDone }: Props) {
  const queryClient = useQueryClient();
  const { can } = useSession();
  const { form, key: draftKey, saved, kept } = useVersionDraft(prompt, branch, base);
  const idempotent = useIdempotencyKey();
  const [faults, setFaults] = useState<FieldProblem[]>([]);
  const [stale, setStale] = useState<PromptForm>();
  const done = (number: number) => {
    dropDraft(draftKey);
    onDone(number);
  };
  const create = useMutation({
    ...createPromptVersionMutation(),
    onSuccess: async ({ number }) => {
      await invalidate(queryClient, ...VERSION_OPERATIONS);
      done(number);
    },
    onError: (error) => {
      if (isStale(error)) setStale(form.getValues());
      else setFaults(placeProblem(error, form, contentFields));
    },
  });
  const submit = form.handleSubmit((values) => {
    const base_version = values.baseVersion ?? branch.head_version;
    const body = { content: toDraft(values), note: values.note, branch: branch.name, base_version };
    create.mutate({ path: { prompt_id: prompt.id }, body, headers: idempotent(body) });
  });
  const discard = () => {
    dropDraft(draftKey);
    form.reset(saved);
  };
  if (stale)
    return (
      <Suspense fallback={<PageSkeleton />}>
        <MergeDraft
          promptId={prompt.id}
          branch={branch.name}
          draft={toDraft(stale)}
          baseVersion={stale.baseVersion ?? branch.head_version}
          note={stale.note}
          onDone={done}
          onBack={() => setStale(undefined)}
        />
      </Suspense>
    );
  return (
    <Box
      component="form"
      noValidate
      onSubmit={submit}
      sx={{
        display: 'grid',
        gap: 2,
        gridTemplateColumns: { md: 'minmax(0, 3fr) minmax(0, 2fr)' },
        alignItems: 'start',
      }}
    >
      <Box sx={{ display: 'grid', gap: 2, minWidth: 0 }}>
        {kept && form.formState.isDirty && <KeptDraft begun={kept.baseVersion} branch={branch} />}
        <ProblemAlert error={isStale(create.error) ? null : create.error} faults={faults} />
        <PromptContentFields form={form} />
        <Panel title="Save">
          <Box sx={{ display: 'grid', gap: 2 }}>
            <TextInput
              control={form.control}
              name="note"
              label="What changed, and why"
              placeholder="Shorter; asks for sources"
            />
            <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap' }}>
              <Button type="submit" variant="contained" color="primary" loading={create.isPending}>
                Save as version {prompt.latest_version + 1}
                {branch.name !== 'main' && ` on ${branch.name}`}
              </Button>
              {can('models.call') && (
                <Button
                  component={Link}
                  to={`/prompts/${prompt.id}/playground?from=${base.number}&draft=1&branch=${encodeURIComponent(branch.name)}`}
                  onClick={() => keepDraft(draftKey, form.getValues())}
                >
                  Compare in the playground
                </Button>
              )}
              {form.formState.isDirty && <Button onClick={discard}>Discard the changes</Button>}
            </Box>
            <LintSummary control={form.control} />
          </Box>
        </Panel>
      </Box>
      <TryDraft control={form.control} draft={() => toDraft(form.getValues())} />
    </Box>
  );
}

/** Says that what stands in the form is not what is saved, and what saving it will do. */
function KeptDraft({ begun = 0, branch }: { begun?: number | undefined; branch: PromptBranch }) {
  const isBehind = begun > 0 && begun !== branch.head_version;
  return (
    <Alert severity="info">
      This is what you wrote and did not save{begun > 0 && `, begun on version ${begun}`}.
      {isBehind && ` ${branch.name} is at version ${branch.head_version} by now: when you save, both are merged.`}
    </Alert>
  );
}

/** Somebody else saved on the branch since. */
function isStale(error: unknown): boolean {
  return error !== null && asProblem(error).reason === 'BRANCH_MOVED';
}
