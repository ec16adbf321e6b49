import { Box, Button, ButtonBase, Typography } from '@mui/material';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useForm } from 'react-hook-form';
import type { CreatePipeline as CreatePipelineBody } from '@/api/generated';
import { createPipelineMutation, listPipelineTemplatesOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { placeProblem } from '@/api/placeProblem';
import { asProblem, type FieldProblem } from '@/api/problem';
import { invalidate } from '@/api/queryClient';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { RowsSkeleton } from '@/components/Skeletons';
import { TextInput } from '@/components/TextInput';
import { readSteps } from '@/util/definition';

const StepGraph = lazy(() => import('@/components/graph/StepGraph'));

/** One prompt step: the shortest pipeline that runs. */
const MINIMAL = {
  schema_version: 1,
  input: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  steps: [
    {
      id: 'summarise',
      type: 'prompt',
      prompt: { name: 'text-summarization', label: 'production' },
      variables: { text: '${input.text}' },
    },
  ],
  output: { text: '${steps.summarise.output.text}' },
};

/** A new pipeline from a template, or from a single step to build on. */
export function CreatePipeline({ onDone }: { onDone: (pipelineId: string) => void }) {
  const queryClient = useQueryClient();
  const templates = useQuery({ ...listPipelineTemplatesOptions(), staleTime: Infinity });
  const [picked, setPicked] = useState<string>();
  const form = useForm({ defaultValues: { name: '', description: '' } });
  const idempotent = useIdempotencyKey();
  const [faults, setFaults] = useState<FieldProblem[]>([]);
  const create = useMutation({
    ...createPipelineMutation(),
    onSuccess: async ({ pipeline }) => {
      await invalidate(queryClient, 'listPipelines');
      onDone(pipeline.id);
    },
    onError: (error) => {
      setFaults(placeProblem(error, form));
      if (asProblem(error).reason === 'PIPELINE_NAME_TAKEN') form.setError('name', { message: 'This name is taken' });
    },
  });
  if (templates.isError) return <ProblemAlert error={templates.error} onRetry={() => void templates.refetch()} />;
  if (!templates.data) return <RowsSkeleton />;
  const choices = [
    ...templates.data.items,
    {
      id: '',
      name: 'One step',
      description: 'A single prompt, to build on.',
      definition: MINIMAL as Record<string, unknown>,
    },
  ];
  const chosen = choices.find((choice) => choice.id === picked) ?? choices[0];
  const submit = form.handleSubmit((values) => {
    const content = chosen?.id ? { template_id: chosen.id } : { definition: chosen?.definition ?? MINIMAL };
    const body: CreatePipelineBody = { ...values, ...content };
    create.mutate({ body, headers: idempotent(body) });
  });
  return (
    <Box component="form" noValidate onSubmit={submit} sx={{ display: 'grid', gap: 2 }}>
      <ProblemAlert error={create.error} faults={faults} />
      <Box
        role="radiogroup"
        aria-label="Begin with"
        sx={{ display: 'grid', gap: 1.5, gridTemplateColumns: { sm: 'repeat(3, 1fr)' } }}
      >
        {choices.map((choice) => (
          <Choice
            key={choice.id}
            name={choice.name}
            description={choice.description}
            isChosen={choice.id === chosen?.id}
            onChoose={() => setPicked(choice.id)}
          />
        ))}
      </Box>
      <Panel title="What it does" isFlush>
        <Suspense fallback={<RowsSkeleton />}>
          <StepGraph steps={readSteps(chosen?.definition)} height={280} />
        </Suspense>
      </Panel>
      <Panel title="What it is called">
        <Box sx={{ display: 'grid', gap: 2, maxWidth: 560 }}>
          <TextInput
            control={form.control}
            name="name"
            label="Name"
            placeholder={chosen?.id || 'reports/weekly'}
            helperText="Programs start it by this name. Small letters, digits, - _ . and / for folders."
            rules={{
              required: 'Name the pipeline',
              pattern: { value: /^[a-z0-9][a-z0-9_./-]{0,127}$/, message: 'Small letters, digits, - _ . and /' },
            }}
          />
          <TextInput control={form.control} name="description" label="Description" />
          <Box>
            <Button type="submit" variant="contained" color="primary" loading={create.isPending}>
              Create the pipeline
            </Button>
          </Box>
        </Box>
      </Panel>
    </Box>
  );
}

interface ChoiceProps {
  name: string;
  description: string;
  isChosen: boolean;
  onChoose: () => void;
}

function Choice({ name, description, isChosen, onChoose }: ChoiceProps) {
  return (
    <ButtonBase
      role="radio"
      aria-checked={isChosen}
      onClick={onChoose}
      sx={{
        display: 'block',
        textAlign: 'left',
        p: 2,
        borderRadius: 2,
        border: 1,
        borderColor: isChosen ? 'primary.main' : 'divider',
        boxShadow: isChosen ? '0 0 0 3px var(--pp-ring)' : 'none',
        bgcolor: 'background.paper',
      }}
    >
      <Typography variant="h3" component="span">
        {name}
      </Typography>
      <Typography variant="body2" color="textSecondary">
        {description}
      </Typography>
    </ButtonBase>
  );
}
