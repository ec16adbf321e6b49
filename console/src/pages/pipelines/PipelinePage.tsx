import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
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
import { VersionedContent } from '@/components/VersionedContent';
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
      <VersionedContent
        query={versions}
        labels={pipeline.data.labels}
        chosen={number}
        onChoose={(next) => choose(String(next))}
        views={[
          { value: 'graph', label: `Version ${number}` },
          { value: 'definition', label: 'Definition' },
          { value: 'changes', label: 'Changes' },
          ...(can('runs.read') ? [{ value: 'runs', label: 'Runs' }] : []),
        ]}
        view={view}
        onView={setView}
        labelForms={
          can('pipelines.publish')
            ? {
                set: (target, onClose) => <SetPipelineLabel pipeline={pipeline.data} {...target} onClose={onClose} />,
                remove: (label, onClose) => (
                  <DeletePipelineLabel pipelineId={pipelineId} label={label} onClose={onClose} />
                ),
              }
            : undefined
        }
      >
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
      </VersionedContent>
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
