import { Chip } from '@mui/material';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Run } from '@/api/generated';
import { Subline, type Column } from '@/components/DataTable';
import { Ago, Elapsed, Tokens } from '@/components/Figures';
import { PagedTable } from '@/components/PagedTable';
import { StateChip } from '@/components/StateChip';

const columns: Column<Run>[] = [
  {
    header: 'Run',
    cell: (run) => (
      <>
        {run.pipeline_name} <span className="tabular">v{run.pipeline_version}</span>
        <Subline>
          <code>{run.id}</code>
        </Subline>
      </>
    ),
  },
  { header: 'State', cell: (run) => <StateChip state={run.state} /> },
  { header: 'Mode', isDetail: true, cell: (run) => <Chip label={run.mode} /> },
  { header: 'Tokens', align: 'right', isDetail: true, cell: (run) => <Tokens usage={run.usage} /> },
  {
    header: 'Took',
    align: 'right',
    isDetail: true,
    cell: (run) => <Elapsed start={run.start_time} end={run.end_time} />,
  },
  { header: 'Started', align: 'right', cell: (run) => <Ago time={run.create_time} /> },
];

interface Props {
  query: UseInfiniteQueryResult<InfiniteData<{ items: Run[]; next_page_token: string }>, unknown>;
  empty: ReactNode;
}

/** Runs, newest first. */
export function RunTable({ query, empty }: Props) {
  return (
    <PagedTable
      label="Runs"
      query={query}
      columns={columns}
      rowKey={(run) => run.id}
      to={(run) => `/runs/${run.id}`}
      empty={empty}
    />
  );
}

/** How often a list of runs asks again: fast while one is on its way, slowly otherwise. */
export function runsInterval(data: InfiniteData<{ items: Run[] }> | undefined): number {
  const isBusy = data?.pages.some((page) => page.items.some((run) => run.end_time === null));
  return isBusy ? 2_000 : 15_000;
}
