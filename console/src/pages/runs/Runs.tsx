import { Box, Button } from '@mui/material';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import { Link } from 'react-router';
import type { ListRunsData } from '@/api/generated';
import { listPipelinesOptions, listRunsInfiniteOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { EmptyState } from '@/components/EmptyState';
import { paging } from '@/components/PagedTable';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { RunTable, runsInterval } from '@/components/RunTable';
import { SelectInput } from '@/components/SelectInput';
import { useSearchState } from '@/util/useSearchState';

type RunState = NonNullable<NonNullable<ListRunsData['query']>['state']>;

const STATES = [
  { value: '', label: 'All states' },
  { value: 'queued', label: 'Queued' },
  { value: 'running', label: 'Running' },
  { value: 'owner_lost', label: 'Owner lost' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
] as const;

export default function Runs() {
  const { can } = useSession();
  const [state, setState] = useSearchState('state');
  const [pipeline, setPipeline] = useSearchState('pipeline');
  const pipelines = useQuery({
    ...listPipelinesOptions({ query: { page_size: 200 } }),
    enabled: can('pipelines.read'),
  });
  const runs = useInfiniteQuery({
    ...listRunsInfiniteOptions({
      query: { ...(state && { state: state as RunState }), ...(pipeline && { pipeline_id: pipeline }) },
    }),
    ...paging,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) => runsInterval(data),
  });
  const isFiltered = state !== '' || pipeline !== '';
  const choices = [
    { value: '', label: 'All pipelines' },
    ...(pipelines.data?.items.map(({ id, name }) => ({ value: id, label: name })) ?? []),
  ];
  return (
    <>
      <PageHeader title="Runs" description="Every accepted run ends in exactly one final state, whatever crashes." />
      <Box sx={{ display: 'flex', gap: 1.5, mb: 2, flexWrap: 'wrap', '& > *': { flex: '1 1 140px', maxWidth: 220 } }}>
        <SelectInput isLabelHidden label="State" value={state} options={STATES} onChange={setState} />
        <SelectInput isLabelHidden label="Pipeline" value={pipeline} options={choices} onChange={setPipeline} />
      </Box>
      <Panel isFlush>
        <RunTable
          query={runs}
          empty={
            <EmptyState
              icon={Activity}
              title={isFiltered ? 'No run matches' : 'Nothing has run yet'}
              action={
                !isFiltered && (
                  <Button component={Link} to="/pipelines" variant="contained" color="primary">
                    Choose a pipeline
                  </Button>
                )
              }
            >
              {isFiltered
                ? 'Try another state or pipeline.'
                : 'Open a pipeline and start a run: you see each step live, its tokens and its cost.'}
            </EmptyState>
          }
        />
      </Panel>
    </>
  );
}
