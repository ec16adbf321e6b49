import { Box, Button, ToggleButton, ToggleButtonGroup } from '@mui/material';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useController, useForm } from 'react-hook-form';
import type { Pipeline, PipelineVersion, StartRun as StartRunBody } from '@/api/generated';
import { listPipelineTemplatesOptions, startRunMutation } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { placeProblem } from '@/api/placeProblem';
import type { FieldProblem } from '@/api/problem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SelectInput } from '@/components/SelectInput';
import { RowsSkeleton } from '@/components/Skeletons';
import { RunInputFields } from '@/forms/fields/RunInputFields';
import { fromInput, parseObject, toInput, type StartRunValues } from '@/forms/runInput';
import { readInputFields, readSteps } from '@/util/definition';

const JsonEditor = lazy(() => import('@/components/editor/JsonEditor'));

interface Props {
  pipeline: Pipeline;
  version: PipelineVersion;
  onDone: (runId: string) => void;
  onClose: () => void;
}

/** Starts a run of a version: its input by the fields that the definition declares, or as JSON. */
export function StartRun({ pipeline, version, onDone, onClose }: Props) {
  const queryClient = useQueryClient();
  const fields = readInputFields(version.definition);
  const [asJson, setAsJson] = useState(fields.length === 0);
  const form = useForm<StartRunValues>({ defaultValues: { fields: {}, json: '{}', mode: 'test' } });
  const { field: mode } = useController({ control: form.control, name: 'mode' });
  const { field: json } = useController({ control: form.control, name: 'json' });
  const example = useExample(version.definition);
  const idempotent = useIdempotencyKey();
  const [faults, setFaults] = useState<FieldProblem[]>([]);
  const start = useMutation({
    ...startRunMutation(),
    onSuccess: async ({ id }) => {
      await invalidate(queryClient, 'listRuns');
      onDone(id);
    },
    onError: (error) => {
      const names = Object.fromEntries(fields.map(({ name }) => [`input.${name}`, `fields.${name}` as const]));
      setFaults(placeProblem(error, form, names));
    },
  });
  const submit = form.handleSubmit((values) => {
    const input = asJson ? parseObject(values.json) : toInput(fields, values.fields);
    if (input === undefined) {
      form.setError('json', { message: 'Not a JSON object yet' });
      return;
    }
    const body: StartRunBody = { pipeline: pipeline.id, version: version.number, input, mode: values.mode };
    start.mutate({ body, headers: idempotent(body) });
  });
  const show = (json: boolean) => {
    if (json)
      form.setValue(
        'json',
        JSON.stringify(
          safely(() => toInput(fields, form.getValues('fields'))),
          null,
          2,
        ),
      );
    else form.setValue('fields', fromInput(parseObject(form.getValues('json'))));
    setAsJson(json);
  };
  const fill = () => {
    form.setValue('fields', fromInput(example));
    form.setValue('json', JSON.stringify(example, null, 2));
  };
  const jsonFault = form.formState.errors.json?.message;
  return (
    <FormDialog
      title={`Run ${pipeline.name}, version ${version.number}`}
      action="Start the run"
      maxWidth="md"
      isPending={start.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={start.error ?? (jsonFault ? new Error(jsonFault) : null)} faults={faults} />
      <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
        {fields.length > 0 && (
          <ToggleButtonGroup
            exclusive
            size="small"
            aria-label="Input as"
            value={asJson}
            onChange={(_, chosen: boolean | null) => chosen !== null && show(chosen)}
          >
            <ToggleButton value={false}>Fields</ToggleButton>
            <ToggleButton value>JSON</ToggleButton>
          </ToggleButtonGroup>
        )}
        {example && <Button onClick={fill}>Fill in an example</Button>}
      </Box>
      {asJson ? (
        <Box sx={{ border: 1, borderColor: 'divider', borderRadius: 1.5, overflow: 'hidden' }}>
          <Suspense fallback={<RowsSkeleton rows={3} />}>
            <JsonEditor label="Input" value={json.value} onChange={json.onChange} minHeight={200} maxHeight="45vh" />
          </Suspense>
        </Box>
      ) : (
        <RunInputFields control={form.control} fields={fields} />
      )}
      <SelectInput
        label="Models are answered by"
        value={mode.value}
        onChange={mode.onChange}
        options={[
          { value: 'test', label: 'The simulator: deterministic, at no price' },
          { value: 'live', label: 'Your providers: metered and billed' },
        ]}
      />
    </FormDialog>
  );
}

/** The input that comes with the template whose steps these are, if they still are a template's. */
function useExample(definition: unknown): Record<string, unknown> | null {
  const templates = useQuery({ ...listPipelineTemplatesOptions(), staleTime: Infinity });
  const shape = (of: unknown) =>
    readSteps(of)
      .map((step) => `${step.id} ${step.type}`)
      .join(',');
  return (
    templates.data?.items.find((template) => shape(template.definition) === shape(definition))?.example_input ?? null
  );
}

function safely<Value>(make: () => Value): Value | Record<string, never> {
  try {
    return make();
  } catch {
    return {};
  }
}
