import { Box, Tab, Tabs } from '@mui/material';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useParams } from 'react-router';
import {
  getPipelineOptions,
  getPipelineVersionOptions,
  listPipelineVersionsInfiniteOptions,
} from '@/api/generated/@tanstack/react-query.gen';
import type { PipelineVersion } from '@/api/generated';
import { useSession } from '@/api/session';
import { CopyButton } from '@/components/CopyButton';
import { LoadFailed } from '@/components/LoadFailed';
import { paging } from '@/components/PagedTable';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { PageSkeleton, RowsSkeleton } from '@/components/Skeletons';
import { VersionList } from '@/components/VersionList';
import { DeletePipelineLabel } from '@/forms/DeletePipelineLabel';
import { SetPipelineLabel } from '@/forms/SetPipelineLabel';
import { ComparePipelines } from '@/pages/pipelines/ComparePipelines';
import { PipelineHeader } from '@/pages/pipelines/PipelineHeader';
import { RunsOfPipeline } from '@/pages/pipelines/RunsOfPipeline';
import { readSteps } from '@/util/definition';
import { useSearchState } from '@/util/useSearchState';

const StepGraph = lazy(() => import('@/components/graph/StepGraph'));
const JsonEditor = lazy(() => import('@/components/editor/JsonEditor'));

export default function PipelinePage() {
  const { pipelineId = '' } = useParams();
  const path = { pipeline_id: pipelineId };
  const { can } = useSession();
  const pipeline = useQuery(getPipelineOptions({ path }));
  const versions = useInfiniteQuery({ ...listPipelineVersionsInfiniteOptions({ path }), ...paging });
  const [chosen, choose] = useSearchState('version');
  const [view, setView] = useSearchState('view', 'graph');
  const number = Number(chosen) || (pipeline.data?.latest_version ?? 0);
  const version = useQuery({
    ...getPipelineVersionOptions({ path: { ...path, number } }),
    enabled: number > 0,
    staleTime: Infinity,
  });
  const [labelling, setLabelling] = useState<{ label: string; version: number }>();
  const [unlabelling, setUnlabelling] = useState<string>();
  if (pipeline.isError)
    return (
      <LoadFailed
        error={pipeline.error}
        what="pipeline"
        listPath="/pipelines"
        onRetry={() => void pipeline.refetch()}
      />
    );
  if (!pipeline.data) return <PageSkeleton />;
  return (
    <>
      <PipelineHeader pipeline={pipeline.data} version={version.data} number={number} />
      <Box sx={{ display: 'grid', gap: 2.5, gridTemplateColumns: { md: '264px minmax(0, 1fr)' }, alignItems: 'start' }}>
        <VersionList
          query={versions}
          labels={pipeline.data.labels}
          chosen={number}
          onChoose={(next) => choose(String(next))}
          {...(can('pipelines.publish') && {
            onSetLabel: (label: string, at: number) => setLabelling({ label, version: at }),
            onRemoveLabel: setUnlabelling,
          })}
        />
        <Box sx={{ minWidth: 0 }}>
          <Tabs
            value={view}
            onChange={(_, next: string) => setView(next)}
            aria-label="Views of the version"
            sx={{ mb: 2 }}
          >
            <Tab value="graph" label={`Version ${number}`} />
            <Tab value="definition" label="Definition" />
            <Tab value="changes" label="Changes" />
            {can('runs.read') && <Tab value="runs" label="Runs" />}
          </Tabs>
          {version.isError && <ProblemAlert error={version.error} />}
          <Suspense fallback={<RowsSkeleton />}>
            {version.isPending && <RowsSkeleton />}
            {version.data && view === 'graph' && <Graph version={version.data} />}
            {version.data && view === 'definition' && <Definition version={version.data} />}
            {version.data && view === 'changes' && (
              <ComparePipelines version={version.data} latest={pipeline.data.latest_version} />
            )}
            {view === 'runs' && <RunsOfPipeline pipelineId={pipelineId} />}
          </Suspense>
        </Box>
      </Box>
      {labelling && (
        <SetPipelineLabel pipeline={pipeline.data} {...labelling} onClose={() => setLabelling(undefined)} />
      )}
      {unlabelling && (
        <DeletePipelineLabel pipelineId={pipelineId} label={unlabelling} onClose={() => setUnlabelling(undefined)} />
      )}
    </>
  );
}

function Graph({ version }: { version: PipelineVersion }) {
  const steps = useMemo(() => readSteps(version.definition), [version]);
  return (
    <Panel isFlush>
      <StepGraph steps={steps} height={520} />
    </Panel>
  );
}

function Definition({ version }: { version: PipelineVersion }) {
  const text = useMemo(() => JSON.stringify(version.definition, null, 2), [version]);
  return (
    <Panel title="Definition" isFlush actions={<CopyButton text={text} label="Copy the definition" />}>
      <JsonEditor label="Definition" value={text} maxHeight="70vh" />
    </Panel>
  );
}
