import { Box, Button, Chip } from '@mui/material';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Plus, Workflow } from 'lucide-react';
import { Link } from 'react-router';
import type { Pipeline } from '@/api/generated';
import { listPipelinesInfiniteOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { ArchivedFilter } from '@/components/ArchivedFilter';
import { Subline, type Column } from '@/components/DataTable';
import { EmptyState } from '@/components/EmptyState';
import { Ago } from '@/components/Figures';
import { PagedTable, paging } from '@/components/PagedTable';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { SearchField } from '@/components/SearchField';
import { useSearchState } from '@/util/useSearchState';

const columns: Column<Pipeline>[] = [
  {
    header: 'Name',
    cell: (pipeline) => (
      <>
        {pipeline.name}
        <Subline>{pipeline.description}</Subline>
      </>
    ),
  },
  {
    header: 'Published',
    cell: (pipeline) =>
      pipeline.published_version > 0 ? (
        <Chip color="success" label={`v${pipeline.published_version}`} />
      ) : (
        <Chip label="not yet" />
      ),
  },
  {
    header: 'Latest',
    align: 'right',
    isDetail: true,
    cell: (pipeline) => <span className="tabular">v{pipeline.latest_version}</span>,
  },
  { header: 'Changed', align: 'right', isDetail: true, cell: (pipeline) => <Ago time={pipeline.update_time} /> },
];

export default function Pipelines() {
  const { can } = useSession();
  const [query, setQuery] = useSearchState('query');
  const [archived, setArchived] = useSearchState('archived');
  const pipelines = useInfiniteQuery({
    ...listPipelinesInfiniteOptions({ query: { query, is_archived: archived !== '' } }),
    ...paging,
    placeholderData: keepPreviousData,
  });
  const create = can('pipelines.write') && (
    <Button component={Link} to="/pipelines/new" variant="contained" color="primary" startIcon={<Plus size={15} />}>
      New pipeline
    </Button>
  );
  const isFiltered = query !== '' || archived !== '';
  return (
    <>
      <PageHeader
        title="Pipelines"
        description="Steps of prompts, conditions and requests, run durably."
        actions={create}
      />
      <Box sx={{ display: 'flex', gap: 1.5, mb: 2, flexWrap: 'wrap' }}>
        <SearchField label="Search pipelines" value={query} onChange={setQuery} />
        <ArchivedFilter label="Which pipelines" value={archived} onChange={setArchived} />
      </Box>
      <Panel isFlush>
        <PagedTable
          label="Pipelines"
          query={pipelines}
          columns={columns}
          rowKey={(pipeline) => pipeline.id}
          to={(pipeline) => `/pipelines/${pipeline.id}`}
          empty={
            <EmptyState
              icon={Workflow}
              title={isFiltered ? 'No pipeline matches' : 'No pipelines yet'}
              action={!isFiltered && create}
            >
              {isFiltered
                ? 'Try fewer words.'
                : 'Begin with a template: summarise and translate runs at once, without a model provider.'}
            </EmptyState>
          }
        />
      </Panel>
    </>
  );
}
