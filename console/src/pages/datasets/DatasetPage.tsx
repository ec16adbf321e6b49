import { Alert, Button, Chip, Menu, MenuItem, Tab, Tabs } from '@mui/material';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Archive, Download, Plus, Settings2, Upload } from 'lucide-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import type { Dataset } from '@/api/generated';
import {
  getDatasetOptions,
  getDatasetVersionOptions,
  unarchiveDatasetMutation,
} from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { useSession } from '@/api/session';
import { ArchivedNotice } from '@/components/ArchivedNotice';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { ProblemAlert } from '@/components/ProblemAlert';
import { PageSkeleton } from '@/components/Skeletons';
import { ArchiveDataset } from '@/forms/ArchiveDataset';
import { CreateDatasetItem } from '@/forms/CreateDatasetItem';
import { UpdateDataset } from '@/forms/UpdateDataset';
import { DatasetItems } from '@/pages/datasets/DatasetItems';
import { DatasetVersions } from '@/pages/datasets/DatasetVersions';
import { useSearchState } from '@/util/useSearchState';

export default function DatasetPage() {
  const { datasetId = '' } = useParams();
  const path = { dataset_id: datasetId };
  const dataset = useQuery(getDatasetOptions({ path }));
  const [chosen, choose] = useSearchState('version');
  const [view, setView] = useSearchState('view', 'items');
  const number = Number(chosen) || (dataset.data?.latest_version ?? 0);
  const isOld = dataset.data !== undefined && number !== dataset.data.latest_version;
  const version = useQuery({
    ...getDatasetVersionOptions({ path: { ...path, number } }),
    enabled: isOld,
    staleTime: Infinity,
  });
  if (dataset.isError)
    return (
      <LoadFailed error={dataset.error} what="dataset" listPath="/datasets" onRetry={() => void dataset.refetch()} />
    );
  if (!dataset.data) return <PageSkeleton />;
  const itemCount = isOld ? version.data?.item_count : dataset.data.item_count;
  return (
    <>
      <Header dataset={dataset.data} number={number} />
      {isOld && (
        <Alert severity="info" sx={{ mb: 2 }} action={<Button onClick={() => choose('')}>Newest version</Button>}>
          Version {number} as it was: it never changes.
        </Alert>
      )}
      {version.isError && <ProblemAlert error={version.error} />}
      <Tabs value={view} onChange={(_, next: string) => setView(next)} aria-label="Views of the dataset" sx={{ mb: 2 }}>
        <Tab value="items" label={itemCount === undefined ? 'Items' : `Items (${itemCount.toLocaleString('en')})`} />
        <Tab value="versions" label="Versions" />
      </Tabs>
      {view === 'items' && itemCount !== undefined && (
        <DatasetItems key={isOld ? number : 'newest'} dataset={dataset.data} version={number} itemCount={itemCount} />
      )}
      {view === 'versions' && <DatasetVersions dataset={dataset.data} />}
    </>
  );
}

function Header({ dataset, number }: { dataset: Dataset; number: number }) {
  const { can } = useSession();
  const queryClient = useQueryClient();
  const [dialog, setDialog] = useState<'details' | 'archive' | 'item'>();
  const unarchive = useMutation({
    ...unarchiveDatasetMutation(),
    onSuccess: () => invalidate(queryClient, 'getDataset', 'listDatasets'),
  });
  const isArchived = Boolean(dataset.archive_time);
  const close = () => setDialog(undefined);
  const actions = (
    <>
      {number > 0 && <ExportMenu datasetId={dataset.id} number={number} />}
      {can('datasets.write') && (
        <Button startIcon={<Settings2 size={14} />} onClick={() => setDialog('details')}>
          Details
        </Button>
      )}
      {can('datasets.write') && !isArchived && (
        <>
          <Button startIcon={<Archive size={14} />} onClick={() => setDialog('archive')}>
            Archive
          </Button>
          <Button component={Link} to={`/datasets/${dataset.id}/import`} startIcon={<Upload size={14} />}>
            Import
          </Button>
          <Button variant="contained" color="primary" startIcon={<Plus size={15} />} onClick={() => setDialog('item')}>
            Add an item
          </Button>
        </>
      )}
    </>
  );
  return (
    <>
      <PageHeader
        title={dataset.name}
        trail={[{ label: 'Datasets', to: '/datasets' }]}
        badge={number > 0 && <Chip label={`version ${number}`} />}
        description={dataset.description}
        actions={actions}
      />
      {isArchived && (
        <ArchivedNotice
          onUnarchive={can('datasets.write') ? () => unarchive.mutate({ path: { dataset_id: dataset.id } }) : undefined}
          isPending={unarchive.isPending}
          error={unarchive.error}
        >
          Archived: its versions are still read, its items are not changed.
        </ArchivedNotice>
      )}
      {dialog === 'details' && <UpdateDataset dataset={dataset} onClose={close} />}
      {dialog === 'archive' && <ArchiveDataset dataset={dataset} onClose={close} />}
      {dialog === 'item' && <CreateDatasetItem datasetId={dataset.id} onClose={close} />}
    </>
  );
}

const FORMATS = ['CSV', 'JSONL', 'JSON'] as const;

/** The shown version as a file. */
function ExportMenu({ datasetId, number }: { datasetId: string; number: number }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <Button
        startIcon={<Download size={14} />}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        Export
      </Button>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {FORMATS.map((format) => (
          <MenuItem
            key={format}
            component="a"
            href={`/v1/datasets/${datasetId}:export?format=${format.toLowerCase()}&version=${number}`}
            download
            onClick={() => setAnchor(null)}
          >
            {format}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
