import { Box, Button } from '@mui/material';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useController, useForm } from 'react-hook-form';
import type { Pipeline, PipelineVersion } from '@/api/generated';
import { createPipelineVersionMutation } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { invalidate } from '@/api/queryClient';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { PageSkeleton } from '@/components/Skeletons';
import { TextInput } from '@/components/TextInput';
import { dropDraft, readDraft, useKeepDraft } from '@/util/useDraft';

const DefinitionField = lazy(() => import('@/forms/fields/DefinitionField'));

interface Values {
  definition: string;
  note: string;
}

interface Props {
  pipeline: Pipeline;
  /** The version to start from. */
  base: PipelineVersion;
  onDone: (version: number) => void;
}

/** A new version of a pipeline, written as JSON. */
export function CreatePipelineVersion({ pipeline, base, onDone }: Props) {
  const queryClient = useQueryClient();
  const draftKey = `pipeline:${pipeline.id}:${base.number}`;
  const [saved] = useState<Values>(() => ({ definition: JSON.stringify(base.definition, null, 2), note: '' }));
  const [kept] = useState(() => readDraft(draftKey) as Values | undefined);
  const form = useForm<Values>({
    defaultValues: saved,
    ...(kept && { values: kept, resetOptions: { keepDefaultValues: true } }),
  });
  const { field } = useController({
    control: form.control,
    name: 'definition',
    rules: { validate: (text) => isObjectText(text) || 'Not a JSON object yet' },
  });
  const idempotent = useIdempotencyKey();
  useKeepDraft(draftKey, form);
  const create = useMutation({
    ...createPipelineVersionMutation(),
    onSuccess: async ({ number }) => {
      dropDraft(draftKey);
      await invalidate(queryClient, 'getPipeline', 'listPipelines', 'listPipelineVersions');
      onDone(number);
    },
  });
  const submit = form.handleSubmit(({ definition, note }) => {
    const body = { definition: JSON.parse(definition) as Record<string, unknown>, note };
    create.mutate({ path: { pipeline_id: pipeline.id }, body, headers: idempotent(body) });
  });
  const discard = () => {
    dropDraft(draftKey);
    form.reset(saved);
  };
  const fault = form.formState.errors.definition?.message;
  return (
    <Box component="form" noValidate onSubmit={submit} sx={{ display: 'grid', gap: 2 }}>
      <ProblemAlert error={create.error ?? (fault ? new Error(fault) : null)} />
      <Suspense fallback={<PageSkeleton />}>
        <DefinitionField value={field.value} onChange={field.onChange} />
      </Suspense>
      <Panel>
        <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { sm: '1fr auto' }, alignItems: 'end' }}>
          <TextInput control={form.control} name="note" label="What changed, and why" placeholder="Asks for sources" />
          <Box sx={{ display: 'flex', gap: 1 }}>
            {form.formState.isDirty && <Button onClick={discard}>Discard</Button>}
            <Button type="submit" variant="contained" color="primary" loading={create.isPending}>
              Save as version {pipeline.latest_version + 1}
            </Button>
          </Box>
        </Box>
      </Panel>
    </Box>
  );
}

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
