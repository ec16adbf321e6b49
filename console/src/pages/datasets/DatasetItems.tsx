import { Box, Button } from '@mui/material';
import { Table2, Upload } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Dataset, DatasetItem } from '@/api/generated';
import { useSession } from '@/api/session';
import { ArchivedFilter } from '@/components/ArchivedFilter';
import { EmptyState } from '@/components/EmptyState';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SearchField } from '@/components/SearchField';
import { RowsSkeleton } from '@/components/Skeletons';
import { UpdateDatasetItem } from '@/forms/UpdateDatasetItem';
import { ItemDialog } from '@/pages/datasets/ItemDialog';
import { ItemGrid } from '@/pages/datasets/ItemGrid';
import { useDatasetItems } from '@/pages/datasets/useDatasetItems';
import { useSearchState } from '@/util/useSearchState';

interface Props {
  dataset: Dataset;
  /** The version that is shown. */
  version: number;
  itemCount: number;
}

/** The items of a version; those of the newest one can be changed. */
export function DatasetItems({ dataset, version, itemCount }: Props) {
  const { can } = useSession();
  const [query, setQuery] = useSearchState('query');
  const [archived, setArchived] = useSearchState('archived');
  const isNewest = version === dataset.latest_version;
  const isArchived = archived !== '' && isNewest;
  const { pages, items, carryOver } = useDatasetItems({ datasetId: dataset.id, version, query, isArchived });
  const [opened, open] = useState<DatasetItem>();
  const isEditable = isNewest && can('datasets.write') && !dataset.archive_time;
  if (dataset.latest_version === 0) return <NothingYet dataset={dataset} />;
  const isCounted = query === '' && !isArchived;
  return (
    <>
      <Box sx={{ display: 'flex', gap: 1.5, mb: 2, flexWrap: 'wrap', alignItems: 'center' }}>
        <SearchField label="Search items" value={query} onChange={setQuery} />
        {isNewest && <ArchivedFilter label="Which items" value={archived} onChange={setArchived} />}
      </Box>
      {pages.isError && <ProblemAlert error={pages.error} onRetry={() => void pages.refetch()} />}
      <Panel isFlush>
        {pages.isPending && <RowsSkeleton />}
        {pages.data && items.length === 0 && (
          <EmptyState icon={Table2} title={isArchived ? 'Nothing is archived' : 'No item is here'}>
            {query ? 'Try fewer words, or another version.' : 'Archived items can be brought back.'}
          </EmptyState>
        )}
        {items.length > 0 && (
          <ItemGrid
            key={`${query} ${archived}`}
            items={items}
            count={isCounted ? Math.max(itemCount, items.length) : items.length}
            hasMore={pages.hasNextPage && !pages.isFetchingNextPage && !pages.isError}
            onMore={() => void pages.fetchNextPage()}
            onOpen={open}
          />
        )}
      </Panel>
      {opened && isEditable && (
        <UpdateDatasetItem
          item={opened}
          onChanged={(changed) => {
            carryOver(changed);
            if (isArchived) void pages.refetch();
          }}
          onClose={() => open(undefined)}
        />
      )}
      {opened && !isEditable && <ItemDialog item={opened} onClose={() => open(undefined)} />}
    </>
  );
}

function NothingYet({ dataset }: { dataset: Dataset }) {
  const { can } = useSession();
  const action = can('datasets.write') && !dataset.archive_time && (
    <Button component={Link} to={`/datasets/${dataset.id}/import`} variant="contained" startIcon={<Upload size={14} />}>
      Import a file
    </Button>
  );
  return (
    <Panel isFlush>
      <EmptyState icon={Table2} title="No items yet" action={action}>
        Import a CSV, JSONL or JSON file, add items one by one, or take them from runs.
      </EmptyState>
    </Panel>
  );
}
