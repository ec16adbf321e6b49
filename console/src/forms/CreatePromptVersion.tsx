import { Box, Button } from '@mui/material';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import type { Prompt, PromptVersion } from '@/api/generated';
import { useIdempotencyKey } from '@/api/idempotency';
import { createPromptVersionMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import type { FieldProblem } from '@/api/problem';
import { invalidate } from '@/api/queryClient';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { TextInput } from '@/components/TextInput';
import { TryDraft } from '@/forms/CreateModelCall';
import { LintSummary } from '@/forms/fields/LintSummary';
import { PromptContentFields } from '@/forms/fields/PromptContentFields';
import { contentFields } from '@/forms/fields/requestPaths';
import { fromContent, toDraft, type PromptForm } from '@/forms/promptValues';
import { dropDraft, readDraft, useKeepDraft } from '@/util/useDraft';

interface Props {
  prompt: Prompt;
  /** The version to start from. */
  base: PromptVersion;
  onDone: (version: number) => void;
}

/** A new version of a prompt; versions never change, so saving always makes the next one. */
export function CreatePromptVersion({ prompt, base, onDone }: Props) {
  const queryClient = useQueryClient();
  const draftKey = `prompt:${prompt.id}:${base.number}`;
  const [saved] = useState<PromptForm>(() => ({
    ...fromContent(base.content),
    name: prompt.name,
    description: '',
    tags: '',
    note: '',
  }));
  const [kept] = useState(() => readDraft(draftKey) as PromptForm | undefined);
  const form = useForm<PromptForm>({
    defaultValues: saved,
    ...(kept && { values: kept, resetOptions: { keepDefaultValues: true } }),
  });
  const idempotent = useIdempotencyKey();
  const [faults, setFaults] = useState<FieldProblem[]>([]);
  useKeepDraft(draftKey, form);
  const create = useMutation({
    ...createPromptVersionMutation(),
    onSuccess: async ({ number }) => {
      dropDraft(draftKey);
      await invalidate(queryClient, 'getPrompt', 'listPrompts', 'listPromptVersions');
      onDone(number);
    },
    onError: (error) => setFaults(placeProblem(error, form, contentFields)),
  });
  const submit = form.handleSubmit((values) => {
    const body = { content: toDraft(values), note: values.note };
    create.mutate({ path: { prompt_id: prompt.id }, body, headers: idempotent(body) });
  });
  const discard = () => {
    dropDraft(draftKey);
    form.reset(saved);
  };
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
        <ProblemAlert error={create.error} faults={faults} />
        <PromptContentFields form={form} />
        <Panel title="Save">
          <Box sx={{ display: 'grid', gap: 2 }}>
            <TextInput
              control={form.control}
              name="note"
              label="What changed, and why"
              placeholder="Shorter; asks for sources"
            />
            <Box sx={{ display: 'flex', gap: 1 }}>
              <Button type="submit" variant="contained" color="primary" loading={create.isPending}>
                Save as version {prompt.latest_version + 1}
              </Button>
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
