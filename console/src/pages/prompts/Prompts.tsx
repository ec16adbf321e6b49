import { Box, Button, Chip, ToggleButton, ToggleButtonGroup } from '@mui/material';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { ArrowDownUp, BookOpen, FileText, Plus } from 'lucide-react';
import { Link } from 'react-router';
import type { Prompt } from '@/api/generated';
import { listPromptsInfiniteOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { Subline, type Column } from '@/components/DataTable';
import { EmptyState } from '@/components/EmptyState';
import { Ago } from '@/components/Figures';
import { LabelChips } from '@/components/LabelChips';
import { PagedTable, paging } from '@/components/PagedTable';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { SearchField } from '@/components/SearchField';
import { useSearchState } from '@/util/useSearchState';

const columns: Column<Prompt>[] = [
  {
    header: 'Name',
    cell: (prompt) => (
      <>
        {prompt.name}
        <Subline>{prompt.description}</Subline>
      </>
    ),
  },
  { header: 'Labels', isDetail: true, cell: (prompt) => <LabelChips labels={prompt.labels} /> },
  {
    header: 'Tags',
    isDetail: true,
    cell: (prompt) => (
      <Box sx={{ display: 'flex', gap: 0.5, flexWrap: 'wrap' }}>
        {prompt.tags.map((tag) => (
          <Chip key={tag} label={tag} />
        ))}
      </Box>
    ),
  },
  { header: 'Version', align: 'right', cell: (prompt) => <span className="tabular">v{prompt.latest_version}</span> },
  { header: 'Changed', align: 'right', isDetail: true, cell: (prompt) => <Ago time={prompt.update_time} /> },
];

export default function Prompts() {
  const { can } = useSession();
  const [query, setQuery] = useSearchState('query');
  const [tag, setTag] = useSearchState('tag');
  const [archived, setArchived] = useSearchState('archived');
  const prompts = useInfiniteQuery({
    ...listPromptsInfiniteOptions({ query: { query, tag, is_archived: archived !== '' } }),
    ...paging,
    placeholderData: keepPreviousData,
  });
  const isFiltered = query !== '' || tag !== '' || archived !== '';
  const actions = (
    <>
      <Button component={Link} to="/prompts/library" startIcon={<BookOpen size={15} />}>
        Library
      </Button>
      <Button component={Link} to="/prompts/transfer" startIcon={<ArrowDownUp size={15} />}>
        Import and export
      </Button>
      {can('prompts.write') && (
        <Button component={Link} to="/prompts/new" variant="contained" color="primary" startIcon={<Plus size={15} />}>
          New prompt
        </Button>
      )}
    </>
  );
  return (
    <>
      <PageHeader
        title="Prompts"
        description="Versioned texts for models. Programs fetch them by label."
        actions={actions}
      />
      <Box sx={{ display: 'flex', gap: 1.5, mb: 2, flexWrap: 'wrap', alignItems: 'center' }}>
        <SearchField label="Search prompts" value={query} onChange={setQuery} />
        <ToggleButtonGroup
          exclusive
          size="small"
          aria-label="Which prompts"
          value={archived}
          onChange={(_, value: string | null) => value !== null && setArchived(value)}
        >
          <ToggleButton value="">In use</ToggleButton>
          <ToggleButton value="yes">Archived</ToggleButton>
        </ToggleButtonGroup>
        <Tags prompts={prompts.data?.pages.flatMap((page) => page.items) ?? []} chosen={tag} onChoose={setTag} />
      </Box>
      <Panel isFlush>
        <PagedTable
          label="Prompts"
          query={prompts}
          columns={columns}
          rowKey={(prompt) => prompt.id}
          to={(prompt) => `/prompts/${prompt.id}`}
          empty={isFiltered ? <NothingFound isArchived={archived !== ''} /> : <NothingYet action={actions} />}
        />
      </Panel>
    </>
  );
}

/** Tags of the prompts in sight, to narrow the list by. */
function Tags({
  prompts,
  chosen,
  onChoose,
}: {
  prompts: readonly Prompt[];
  chosen: string;
  onChoose: (tag: string) => void;
}) {
  const tags = [...new Set([...(chosen ? [chosen] : []), ...prompts.flatMap((prompt) => prompt.tags)])].slice(0, 12);
  return (
    <Box role="group" aria-label="Tags" sx={{ display: 'flex', gap: 0.5, flexWrap: 'wrap' }}>
      {tags.map((tag) => (
        <Chip
          key={tag}
          label={tag}
          clickable
          aria-pressed={tag === chosen}
          color={tag === chosen ? 'primary' : 'default'}
          onClick={() => onChoose(tag === chosen ? '' : tag)}
        />
      ))}
    </Box>
  );
}

function NothingFound({ isArchived }: { isArchived: boolean }) {
  return (
    <EmptyState icon={FileText} title={isArchived ? 'Nothing is archived' : 'No prompt matches'}>
      {isArchived
        ? 'Archived prompts leave the list, and what is labelled is still served.'
        : 'Try fewer words, or another tag.'}
    </EmptyState>
  );
}

function NothingYet({ action }: { action: React.ReactNode }) {
  return (
    <EmptyState icon={FileText} title="No prompts yet" action={action}>
      Write a prompt once, give it variables, and change it without deploying the programs that use it. Or begin with a
      template of the library.
    </EmptyState>
  );
}
