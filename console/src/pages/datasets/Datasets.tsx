import { Box, Button } from '@mui/material';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Plus, Table2 } from 'lucide-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { Dataset } from '@/api/generated';
import { listDatasetsInfiniteOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { ArchivedFilter } from '@/components/ArchivedFilter';
import { Subline, type Column } from '@/components/DataTable';
import { EmptyState } from '@/components/EmptyState';
import { Ago, Count } from '@/components/Figures';
import { PagedTable, paging } from '@/components/PagedTable';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { SearchField } from '@/components/SearchField';
import { CreateDataset } from '@/forms/CreateDataset';
import { useSearchState } from '@/util/useSearchState';

const columns: Column<Dataset>[] = [
  {
    header: 'Name',
    cell: (dataset) => (
      <>
        {dataset.name}
        <Subline>{dataset.description}</Subline>
      </>
    ),
  },
  { header: 'Items', align: 'right', cell: (dataset) => <Count value={dataset.item_count} /> },
  {
    header: 'Version',
    align: 'right',
    isDetail: true,
    cell: (dataset) => (
      <span className="tabular">{dataset.latest_version > 0 ? `v${dataset.latest_version}` : '–'}</span>
    ),
  },
  { header: 'Changed', align: 'right', isDetail: true, cell: (dataset) => <Ago time={dataset.update_time} /> },
];

export default function Datasets() {
  const { can } = useSession();
  const navigate = useNavigate();
  const [query, setQuery] = useSearchState('query');
  const [archived, setArchived] = useSearchState('archived');
  const [isCreating, setCreating] = useState(false);
  const isArchived = archived !== '';
  const datasets = useInfiniteQuery({
    ...listDatasetsInfiniteOptions({ query: { query, is_archived: isArchived } }),
    ...paging,
    placeholderData: keepPreviousData,
  });
  const create = can('datasets.write') && (
    <Button variant="contained" color="primary" startIcon={<Plus size={15} />} onClick={() => setCreating(true)}>
      New dataset
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Datasets"
        description="Cases to test prompts with: inputs, and what a good answer is. Every change makes a version."
        actions={create}
      />
      <Box sx={{ display: 'flex', gap: 1.5, mb: 2, flexWrap: 'wrap', alignItems: 'center' }}>
        <SearchField label="Search datasets" value={query} onChange={setQuery} />
        <ArchivedFilter label="Which datasets" value={archived} onChange={setArchived} />
      </Box>
      <Panel isFlush>
        <PagedTable
          label="Datasets"
          query={datasets}
          columns={columns}
          rowKey={(dataset) => dataset.id}
          to={(dataset) => `/datasets/${dataset.id}`}
          empty={
            query !== '' || isArchived ? (
              <EmptyState icon={Table2} title={isArchived ? 'Nothing is archived' : 'No dataset matches'}>
                {isArchived ? 'Archived datasets leave the list; their versions are still read.' : 'Try fewer words.'}
              </EmptyState>
            ) : (
              <EmptyState icon={Table2} title="No datasets yet" action={create}>
                Gather the cases that your prompts must get right: from a CSV, JSONL or JSON file, from runs, or one by
                one.
              </EmptyState>
            )
          }
        />
      </Panel>
      {isCreating && (
        <CreateDataset onDone={(id) => void navigate(`/datasets/${id}`)} onClose={() => setCreating(false)} />
      )}
    </>
  );
}
