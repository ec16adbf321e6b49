import { useInfiniteQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import { useActorName } from '@/api/actorName';
import type { Dataset, DatasetVersion } from '@/api/generated';
import { listDatasetVersionsInfiniteOptions } from '@/api/generated/@tanstack/react-query.gen';
import { Subline, type Column } from '@/components/DataTable';
import { EmptyState } from '@/components/EmptyState';
import { Ago, Count } from '@/components/Figures';
import { PagedTable, paging } from '@/components/PagedTable';
import { Panel } from '@/components/Panel';

/** What every version changed, and by whom; each opens as it was. */
export function DatasetVersions({ dataset }: { dataset: Dataset }) {
  const nameOf = useActorName();
  const path = { dataset_id: dataset.id };
  const versions = useInfiniteQuery({ ...listDatasetVersionsInfiniteOptions({ path }), ...paging });
  const columns: Column<DatasetVersion>[] = [
    {
      header: 'Version',
      cell: (version) => (
        <>
          Version {version.number}
          <Subline>{changes(version)}</Subline>
        </>
      ),
    },
    { header: 'Items', align: 'right', cell: (version) => <Count value={version.item_count} /> },
    {
      header: 'Came from',
      isDetail: true,
      cell: (version) => (version.source === 'import' ? version.file_name || 'A file' : 'An edit'),
    },
    {
      header: 'Made',
      align: 'right',
      cell: (version) => (
        <>
          <Ago time={version.create_time} />
          <Subline>{nameOf(version.actor_id)}</Subline>
        </>
      ),
    },
  ];
  return (
    <Panel isFlush>
      <PagedTable
        label="Versions"
        query={versions}
        columns={columns}
        rowKey={(version) => String(version.number)}
        to={(version) => `/datasets/${dataset.id}?version=${version.number}`}
        empty={
          <EmptyState icon={History} title="No versions yet">
            The first items make version 1.
          </EmptyState>
        }
      />
    </Panel>
  );
}

function changes(version: DatasetVersion): string {
  const parts: [number, string][] = [
    [version.added_count, 'added'],
    [version.changed_count, 'changed'],
    [version.archived_count, 'archived'],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count.toLocaleString('en')} ${word}`)
    .join(', ');
}
