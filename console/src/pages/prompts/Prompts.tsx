import { Alert, Box, Button, Chip } from '@mui/material';
import { keepPreviousData, useInfiniteQuery, type InfiniteData } from '@tanstack/react-query';
import { ArrowDownUp, BookOpen, FileText, Plus, SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import type { FoundPrompt, FoundPromptPage, Prompt } from '@/api/generated';
import { searchPromptsInfiniteOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { ArchivedFilter } from '@/components/ArchivedFilter';
import type { Column } from '@/components/DataTable';
import { EmptyState } from '@/components/EmptyState';
import { Ago } from '@/components/Figures';
import { LabelChips } from '@/components/LabelChips';
import { PagedTable, paging } from '@/components/PagedTable';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { SearchField } from '@/components/SearchField';
import { FolderTree } from '@/pages/prompts/FolderTree';
import { FoundPromptName } from '@/pages/prompts/FoundPromptName';
import { PromptFilters } from '@/pages/prompts/PromptFilters';
import { usePromptFilter } from '@/pages/prompts/usePromptFilter';

const CATCHING_UP_MS = 2_000;

const columns: Column<FoundPrompt>[] = [
  { header: 'Name', cell: (found) => <FoundPromptName found={found} /> },
  { header: 'Labels', isDetail: true, cell: ({ prompt }) => <LabelChips labels={prompt.labels} /> },
  {
    header: 'Tags',
    isDetail: true,
    cell: ({ prompt }) => (
      <Box sx={{ display: 'flex', gap: 0.5, flexWrap: 'wrap' }}>
        {prompt.tags.map((tag) => (
          <Chip key={tag} label={tag} />
        ))}
      </Box>
    ),
  },
  {
    header: 'Version',
    align: 'right',
    cell: ({ prompt }) => <span className="tabular">v{prompt.latest_version}</span>,
  },
  { header: 'Changed', align: 'right', isDetail: true, cell: ({ prompt }) => <Ago time={prompt.update_time} /> },
];

export default function Prompts() {
  const { can } = useSession();
  const filter = usePromptFilter();
  const { values, set } = filter;
  const [showsFilters, showFilters] = useState(filter.isNarrowed);
  const found = useInfiniteQuery({
    ...searchPromptsInfiniteOptions({ query: filter.query }),
    ...paging,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) => isCatchingUp(data) && CATCHING_UP_MS,
  });
  const inSight = found.data?.pages.flatMap((page) => page.items.map(({ prompt }) => prompt)) ?? [];
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
        <SearchField label="Search prompts" value={values.query} onChange={set('query')} />
        <Button
          aria-expanded={showsFilters}
          startIcon={<SlidersHorizontal size={14} />}
          onClick={() => showFilters(!showsFilters)}
        >
          Filters
        </Button>
        <ArchivedFilter label="Which prompts" value={values.archived} onChange={set('archived')} />
        <Tags prompts={inSight} chosen={values.tag} onChoose={set('tag')} />
      </Box>
      {showsFilters && <PromptFilters filter={filter} labels={labelsOf(inSight)} />}
      <Box sx={{ display: 'flex', gap: 2.5, alignItems: 'flex-start', flexDirection: { xs: 'column', md: 'row' } }}>
        <Box sx={{ width: { xs: '100%', md: 210 }, flex: 'none', '&:empty': { display: 'none' } }}>
          <FolderTree chosen={values.folder} onChoose={set('folder')} />
        </Box>
        <Panel isFlush sx={{ flex: 1, width: '100%' }}>
          {isCatchingUp(found.data) && (
            <Alert severity="info" sx={{ m: 1.5 }}>
              Many prompts changed at once: the search is catching up with them.
            </Alert>
          )}
          <PagedTable
            label="Prompts"
            query={found}
            columns={columns}
            rowKey={({ prompt }) => prompt.id}
            to={({ prompt }) => `/prompts/${prompt.id}`}
            empty={
              filter.isSet ? <NothingFound isArchived={values.archived !== ''} /> : <NothingYet action={actions} />
            }
          />
        </Panel>
      </Box>
    </>
  );
}

function isCatchingUp(data: InfiniteData<FoundPromptPage> | undefined): boolean {
  return data?.pages.some((page) => page.is_catching_up) ?? false;
}

/** Labels of the prompts in sight, each once. */
function labelsOf(prompts: readonly Prompt[]): string[] {
  return [...new Set(prompts.flatMap((prompt) => prompt.labels.map(({ label }) => label)))];
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
        : 'Try fewer words, or other filters.'}
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
