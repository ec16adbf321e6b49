import { Box, Button, Tab, Tabs, Typography } from '@mui/material';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { BarChart3 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { getUsageOptions, listPipelinesOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { EmptyState } from '@/components/EmptyState';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SelectInput } from '@/components/SelectInput';
import { RowsSkeleton } from '@/components/Skeletons';
import { UsageChart } from '@/pages/usage/UsageChart';
import { UsageRecords } from '@/pages/usage/UsageRecords';
import { UsageTable } from '@/pages/usage/UsageTable';
import { lastDays } from '@/util/time';
import { useSearchState } from '@/util/useSearchState';

type Grouping = 'day' | 'model' | 'pipeline';

const RANGES = [
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
  { value: '90', label: 'Last 90 days' },
  { value: '365', label: 'Last 365 days' },
] as const;

export default function Usage() {
  const { can } = useSession();
  const [days, setDays] = useSearchState('days', '30');
  const [view, setView] = useSearchState('by', 'day');
  const [today] = useState(() => new Date());
  const range = useMemo(() => lastDays(Math.min(Number(days) || 30, 365), today), [days, today]);
  const start = `${range[0] ?? ''}T00:00:00Z`;
  const daily = useQuery({
    ...getUsageOptions({ query: { start_time: start, group_by: 'day' } }),
    placeholderData: keepPreviousData,
  });
  const grouping: Grouping = view === 'model' || view === 'pipeline' ? view : 'day';
  const grouped = useQuery({
    ...getUsageOptions({ query: { start_time: start, group_by: grouping } }),
    placeholderData: keepPreviousData,
  });
  const pipelines = useQuery({
    ...listPipelinesOptions({ query: { page_size: 200 } }),
    enabled: view === 'pipeline' && can('pipelines.read'),
  });
  const names = useMemo(() => new Map(pipelines.data?.items.map(({ id, name }) => [id, name])), [pipelines.data]);
  const isEmpty = daily.data?.total.calls === 0;
  return (
    <>
      <PageHeader
        title="Usage"
        description="Tokens and cost of every recorded model answer, in UTC days. Test mode is counted, at no price."
        actions={
          <Box sx={{ width: 150 }}>
            <SelectInput isLabelHidden label="Range" value={days} options={RANGES} onChange={setDays} />
          </Box>
        }
      />
      <ProblemAlert
        error={daily.error ?? grouped.error}
        onRetry={() => void Promise.all([daily.refetch(), grouped.refetch()])}
      />
      {daily.isPending && <RowsSkeleton />}
      {isEmpty && <NothingYet />}
      {daily.data && !isEmpty && (
        <Box sx={{ display: 'grid', gap: 2 }}>
          <UsageChart usage={daily.data} days={range} />
          <Panel isFlush>
            <Tabs value={view} onChange={(_, next: string) => setView(next)} aria-label="Usage by" sx={{ px: 2 }}>
              <Tab value="day" label="By day" />
              <Tab value="model" label="By model" />
              <Tab value="pipeline" label="By pipeline" />
              <Tab value="records" label="Records" />
            </Tabs>
            {view === 'records' ? (
              <UsageRecords />
            ) : (
              grouped.data && <UsageTable usage={grouped.data} grouping={grouping} names={names} />
            )}
          </Panel>
          <Typography variant="caption" color="textSecondary">
            Amounts are exact: they are kept, summed and shown as whole nano-dollars.
          </Typography>
        </Box>
      )}
    </>
  );
}

function NothingYet() {
  return (
    <Panel>
      <EmptyState
        icon={BarChart3}
        title="No model has been called in this time"
        action={
          <Button component={Link} to="/pipelines" variant="contained" color="primary">
            Run a pipeline
          </Button>
        }
      >
        Try a prompt or run a pipeline: each answer is here a second later, with its tokens and its cost.
      </EmptyState>
    </Panel>
  );
}
