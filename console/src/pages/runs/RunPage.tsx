import { Box, Tab, Tabs } from '@mui/material';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useParams } from 'react-router';
import type { Run } from '@/api/generated';
import { getRunCostOptions, getRunOptions, getPipelineVersionOptions } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { useRunTail } from '@/api/runTail';
import { useSession } from '@/api/session';
import { LoadFailed } from '@/components/LoadFailed';
import { Panel } from '@/components/Panel';
import { PageSkeleton, RowsSkeleton } from '@/components/Skeletons';
import { RunFigures } from '@/pages/runs/RunFigures';
import { RunHeader } from '@/pages/runs/RunHeader';
import { RunInputOutput } from '@/pages/runs/RunInputOutput';
import { RunTimeline } from '@/pages/runs/RunTimeline';
import { StepDetail } from '@/pages/runs/StepDetail';
import { StepList } from '@/pages/runs/StepList';
import { readSteps, type DefinitionStep } from '@/util/definition';
import { laterState, stepStates } from '@/util/runEvents';
import { useSearchState } from '@/util/useSearchState';

const StepGraph = lazy(() => import('@/components/graph/StepGraph'));
const RUNNING_INTERVAL_MS = 2_000;
// Usage travels from execution to billing by an event: the last cost may arrive a moment after the run has ended.
const COST_SETTLES_MS = 10_000;

export default function RunPage() {
  const { runId = '' } = useParams();
  const queryClient = useQueryClient();
  const path = { run_id: runId };
  // Events say what happened; the run itself holds the rest (inputs, outputs, sums), and tells of a lost owner, which no event does.
  const run = useQuery({
    ...getRunOptions({ path }),
    refetchInterval: ({ state }) => (state.data && !state.data.end_time ? RUNNING_INTERVAL_MS : false),
  });
  const cost = useQuery({
    ...getRunCostOptions({ path }),
    refetchInterval: () => (isSettled(run.data) ? false : RUNNING_INTERVAL_MS),
  });
  const refresh = useCallback(() => void invalidate(queryClient, 'getRun', 'getRunCost'), [queryClient]);
  const tail = useRunTail(runId, refresh);
  const steps = useRunSteps(run.data);
  const states = useMemo(() => {
    const heard = stepStates(tail.events);
    // Nobody works on a step whose worker is gone, until another takes the run over.
    const isLost = run.data?.state === 'owner_lost';
    const word = (state: string) => (isLost && state === 'running' ? 'interrupted' : state);
    return new Map(
      run.data?.steps.map((step) => [step.step_id, word(laterState(step.state, heard.get(step.step_id)))]),
    );
  }, [run.data, tail.events]);
  const [view, setView] = useSearchState('view', 'steps');
  const [picked, pick] = useState<string>();
  if (run.isError && !run.data)
    return <LoadFailed error={run.error} what="run" listPath="/runs" onRetry={() => void run.refetch()} />;
  if (!run.data) return <PageSkeleton />;
  const selected = picked ?? interesting(run.data, states);
  const step = run.data.steps.find((one) => one.step_id === selected);
  return (
    <>
      <RunHeader run={run.data} connection={tail.connection} isStale={run.failureCount > 0 || run.isError} />
      <RunFigures run={run.data} cost={cost.data} />
      <Panel title="Steps" isFlush sx={{ my: 2 }}>
        <Suspense fallback={<RowsSkeleton />}>
          <StepGraph steps={steps} states={states} selected={selected} onSelect={pick} height={300} />
        </Suspense>
      </Panel>
      <Tabs value={view} onChange={(_, next: string) => setView(next)} aria-label="Views of the run" sx={{ mb: 2 }}>
        <Tab value="steps" label="Steps" />
        <Tab value="io" label="Input and output" />
        <Tab value="timeline" label="Timeline" />
      </Tabs>
      {view === 'steps' && (
        <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: '280px minmax(0, 1fr)' }, alignItems: 'start' }}>
          <StepList steps={run.data.steps} states={states} selected={selected} onSelect={pick} />
          {step && (
            <StepDetail
              key={step.step_id}
              step={step}
              state={states.get(step.step_id) ?? step.state}
              liveText={tail.texts.get(step.step_id)?.text ?? ''}
              records={cost.data?.records.filter((record) => record.step_id === step.step_id) ?? []}
            />
          )}
        </Box>
      )}
      {view === 'io' && <RunInputOutput run={run.data} />}
      {view === 'timeline' && <RunTimeline events={tail.events} start={run.data.create_time} />}
    </>
  );
}

/** Steps of the definition that the run is pinned to; without the right to read it, what the run itself says of them. */
function useRunSteps(run: Run | undefined): DefinitionStep[] {
  const { can } = useSession();
  const version = useQuery({
    ...getPipelineVersionOptions({ path: { pipeline_id: run?.pipeline_id ?? '', number: run?.pipeline_version ?? 0 } }),
    enabled: run !== undefined && can('pipelines.read'),
    staleTime: Infinity,
  });
  const key = run?.steps.map((step) => step.step_id).join();
  return useMemo(() => {
    if (version.data) return readSteps(version.data.definition);
    return (run?.steps ?? []).map(({ step_id: id, type, needs }) => ({ id, type, needs, summary: '', branches: [] }));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the steps of a run never change, only what is in them
  }, [version.data, key]);
}

/** The step to show while the reader has chosen none: the failed one, the one at work, else the last that succeeded. */
function interesting(run: Run, states: ReadonlyMap<string, string>): string | undefined {
  const ids = run.steps.map((step) => step.step_id);
  const last = (state: string) => ids.findLast((id) => states.get(id) === state);
  return last('failed') ?? last('running') ?? last('interrupted') ?? last('succeeded') ?? ids[0];
}

function isSettled(run: Run | undefined): boolean {
  return Boolean(run?.end_time) && Date.now() - Date.parse(run?.end_time ?? '') > COST_SETTLES_MS;
}
