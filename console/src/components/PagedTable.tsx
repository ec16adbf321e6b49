import { Box, Button } from '@mui/material';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { DataTable, type Column } from '@/components/DataTable';
import { ProblemAlert } from '@/components/ProblemAlert';
import { RowsSkeleton } from '@/components/Skeletons';

interface Page<Row> {
  items: Row[];
  next_page_token: string;
}

interface Props<Row> {
  label: string;
  query: UseInfiniteQueryResult<InfiniteData<Page<Row>>, unknown>;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  to?: (row: Row) => string;
  /** What to show when there is nothing. */
  empty: ReactNode;
}

/** A list of any length, loaded a page at a time: skeleton, rows, what to do when empty, what went wrong. */
export function PagedTable<Row>({ label, query, columns, rowKey, to, empty }: Props<Row>) {
  if (query.isPending) return <RowsSkeleton />;
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {query.isError && (
        <Box sx={{ p: 2 }}>
          <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        </Box>
      )}
      {rows.length > 0 && <DataTable label={label} columns={columns} rows={rows} rowKey={rowKey} {...(to && { to })} />}
      {rows.length === 0 && !query.isError && empty}
      {query.hasNextPage && (
        <Box sx={{ p: 1.5, textAlign: 'center', borderTop: 1, borderColor: 'divider' }}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </Box>
      )}
    </>
  );
}

/** How a list goes on: the last page's token, until it is empty. */
export const paging = {
  initialPageParam: '',
  getNextPageParam: (last: { next_page_token: string }): string | null => last.next_page_token || null,
} as const;
