import { useInfiniteQuery } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import { listRunsInfiniteOptions } from '@/api/generated/@tanstack/react-query.gen';
import { EmptyState } from '@/components/EmptyState';
import { paging } from '@/components/PagedTable';
import { Panel } from '@/components/Panel';
import { RunTable, runsInterval } from '@/components/RunTable';

/** Runs of one pipeline. */
export function RunsOfPipeline({ pipelineId }: { pipelineId: string }) {
  const runs = useInfiniteQuery({
    ...listRunsInfiniteOptions({ query: { pipeline_id: pipelineId } }),
    ...paging,
    refetchInterval: ({ state }) => runsInterval(state.data),
  });
  return (
    <Panel isFlush>
      <RunTable
        query={runs}
        empty={
          <EmptyState icon={Activity} title="Not run yet">
            Start a run with the button above: the simulator answers, so it needs no provider and costs nothing.
          </EmptyState>
        }
      />
    </Panel>
  );
}
