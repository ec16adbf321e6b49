import { Box, Button } from '@mui/material';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useIdempotencyKey } from '@/api/idempotency';
import { createPromptMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import { asProblem, type FieldProblem } from '@/api/problem';
import { invalidate } from '@/api/queryClient';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { TextInput } from '@/components/TextInput';
import { TryDraft } from '@/forms/CreateModelCall';
import { LintSummary } from '@/forms/fields/LintSummary';
import { PromptContentFields } from '@/forms/fields/PromptContentFields';
import { contentFields, splitTags } from '@/forms/fields/requestPaths';
import { emptyPrompt, toDraft, type PromptForm } from '@/forms/promptValues';
import { dropDraft, readDraft, useKeepDraft } from '@/util/useDraft';

const empty: PromptForm = { ...emptyPrompt, name: '', description: '', tags: '', note: '' };
const DRAFT = 'new-prompt';

/** A new prompt with its first version; it can be tried before it is saved. */
export function CreatePrompt({ onDone }: { onDone: (promptId: string) => void }) {
  const queryClient = useQueryClient();
  // Read once: read again, the draft of half a second ago would undo what was changed since.
  const [kept] = useState<PromptForm>(() => ({ ...empty, ...(readDraft(DRAFT) as PromptForm | undefined) }));
  const form = useForm<PromptForm>({ defaultValues: empty, values: kept });
  const idempotent = useIdempotencyKey();
  const [faults, setFaults] = useState<FieldProblem[]>([]);
  useKeepDraft(DRAFT, form);
  const create = useMutation({
    ...createPromptMutation(),
    onSuccess: async ({ prompt }) => {
      dropDraft(DRAFT);
      await invalidate(queryClient, 'listPrompts');
      onDone(prompt.id);
    },
    onError: (error) => {
      setFaults(placeProblem(error, form, contentFields));
      if (asProblem(error).reason === 'PROMPT_NAME_TAKEN') form.setError('name', { message: 'This name is taken' });
    },
  });
  const submit = form.handleSubmit(({ name, description, tags, note, ...content }) => {
    const body = { name, description, tags: splitTags(tags), note, content: toDraft(content) };
    create.mutate({ body, headers: idempotent(body) });
  });
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
        <Panel title="What it is">
          <Box sx={{ display: 'grid', gap: 2 }}>
            <TextInput
              control={form.control}
              name="name"
              label="Name"
              autoFocus
              placeholder="support/greeting"
              helperText="Programs fetch it by this name. Small letters, digits, - _ . and / for folders."
              rules={{
                required: 'Name the prompt',
                pattern: {
                  value: /^[a-z0-9][a-z0-9_./-]{0,127}$/,
                  message: 'Small letters, digits, - _ . and /; begins with a letter or digit',
                },
              }}
            />
            <TextInput control={form.control} name="description" label="Description" />
            <TextInput
              control={form.control}
              name="tags"
              label="Tags"
              placeholder="support, german"
              helperText="Separated by commas."
            />
          </Box>
        </Panel>
        <PromptContentFields form={form} />
        <Box>
          <Button type="submit" variant="contained" color="primary" loading={create.isPending}>
            Create the prompt
          </Button>
          <LintSummary control={form.control} />
        </Box>
      </Box>
      <TryDraft control={form.control} draft={() => toDraft(form.getValues())} />
    </Box>
  );
}
