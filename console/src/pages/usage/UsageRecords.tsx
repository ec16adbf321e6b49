import { Chip, Link } from '@mui/material';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Receipt } from 'lucide-react';
import { Link as RouterLink } from 'react-router';
import type { UsageRecord } from '@/api/generated';
import { listUsageRecordsInfiniteOptions } from '@/api/generated/@tanstack/react-query.gen';
import { Subline, type Column } from '@/components/DataTable';
import { EmptyState } from '@/components/EmptyState';
import { Ago, Money, Tokens } from '@/components/Figures';
import { PagedTable, paging } from '@/components/PagedTable';

const SOURCES: Record<string, string> = {
  catalogue: 'price book',
  own: 'own price',
  fallback: 'fallback price: nobody knows this model',
  simulator: 'simulator',
};

const columns: Column<UsageRecord>[] = [
  {
    header: 'Model',
    cell: (record) => (
      <>
        {record.model} {record.is_test && <Chip label="test" />}
        <Subline>{SOURCES[record.price_source] ?? record.price_source}</Subline>
      </>
    ),
  },
  {
    header: 'Used by',
    isDetail: true,
    cell: (record) =>
      record.run_id ? (
        <Link component={RouterLink} to={`/runs/${record.run_id}`}>
          {record.step_id}
        </Link>
      ) : (
        'a direct call'
      ),
  },
  { header: 'Tokens', align: 'right', isDetail: true, cell: (record) => <Tokens usage={record} /> },
  { header: 'Cost', align: 'right', cell: (record) => <Money nanoUsd={record.cost_nano_usd} /> },
  { header: 'When', align: 'right', cell: (record) => <Ago time={record.occur_time} /> },
];

/** Every booked use of a model, newest first. */
export function UsageRecords() {
  const records = useInfiniteQuery({ ...listUsageRecordsInfiniteOptions(), ...paging });
  return (
    <PagedTable
      label="Usage records"
      query={records}
      columns={columns}
      rowKey={(record) => record.id}
      empty={
        <EmptyState icon={Receipt} title="No records yet">
          Each answer of a model is booked here once.
        </EmptyState>
      }
    />
  );
}
