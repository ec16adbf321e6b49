import { Box, Button, Chip, Link, Typography } from '@mui/material';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { BookOpen, Plus } from 'lucide-react';
import { Link as RouterLink } from 'react-router';
import type { PromptTemplate } from '@/api/generated';
import { listPromptTemplatesOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { ChoiceChips } from '@/components/ChoiceChips';
import { EmptyState } from '@/components/EmptyState';
import { PageHeader } from '@/components/PageHeader';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SearchField } from '@/components/SearchField';
import { RowsSkeleton } from '@/components/Skeletons';
import { capital } from '@/util/words';
import { useSearchState } from '@/util/useSearchState';

/** Templates to begin with, by category. */
export default function Library() {
  const { can } = useSession();
  const [query, setQuery] = useSearchState('query');
  const [category, setCategory] = useSearchState('category');
  const all = useQuery({ ...listPromptTemplatesOptions(), staleTime: Infinity });
  const shown = useQuery({
    ...listPromptTemplatesOptions({ query: { query, category } }),
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
  const create = can('prompts.write') && (
    <Button component={RouterLink} to="/prompts/new" startIcon={<Plus size={15} />}>
      Empty prompt
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Library"
        trail={[{ label: 'Prompts', to: '/prompts' }]}
        description="Prompts for common work, with examples. A copy is yours to change; the template stays as it is."
        actions={create}
      />
      <Box sx={{ display: 'flex', gap: 1.5, mb: 2.5, flexWrap: 'wrap', alignItems: 'center' }}>
        <SearchField label="Search the library" value={query} onChange={setQuery} />
        <ChoiceChips
          label="Categories"
          choices={categoriesOf(all.data?.items ?? [])}
          labelOf={capital}
          chosen={category}
          onChoose={(next) => setCategory(next === category ? '' : next)}
        />
      </Box>
      {shown.isError && <ProblemAlert error={shown.error} onRetry={() => void shown.refetch()} />}
      {shown.isPending && <RowsSkeleton />}
      {shown.data?.items.length === 0 && (
        <EmptyState icon={BookOpen} title="No template matches" action={create}>
          Try fewer words or another category, or write your own.
        </EmptyState>
      )}
      <Box sx={{ display: 'grid', gap: 3 }}>
        {categoriesOf(shown.data?.items ?? []).map((each) => (
          <Category key={each} name={each} templates={shown.data?.items.filter((one) => one.category === each) ?? []} />
        ))}
      </Box>
    </>
  );
}

function Category({ name, templates }: { name: string; templates: readonly PromptTemplate[] }) {
  return (
    <Box component="section" aria-label={capital(name)}>
      <Typography variant="h2" sx={{ mb: 1.25 }}>
        {capital(name)}
      </Typography>
      <Box
        component="ul"
        sx={{
          listStyle: 'none',
          m: 0,
          p: 0,
          display: 'grid',
          gap: 1.5,
          gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 270px), 1fr))',
        }}
      >
        {templates.map((template) => (
          <Card key={template.name} template={template} />
        ))}
      </Box>
    </Box>
  );
}

/** All of a card is its link: a press anywhere opens it. */
function Card({ template }: { template: PromptTemplate }) {
  return (
    <Box
      component="li"
      sx={{
        position: 'relative',
        display: 'flex',
        flexDirection: 'column',
        gap: 0.75,
        p: 2,
        borderRadius: 2,
        border: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
        '&:hover': { borderColor: 'primary.main' },
        '&:focus-within': { borderColor: 'primary.main', boxShadow: '0 0 0 3px var(--pp-ring)' },
      }}
    >
      <Typography variant="h3">
        <Link
          component={RouterLink}
          to={`/prompts/library/${template.name}`}
          color="inherit"
          underline="none"
          sx={{ '&::after': { content: '""', position: 'absolute', inset: 0 }, '&:focus-visible': { outline: 'none' } }}
        >
          {template.title}
        </Link>
      </Typography>
      <Typography variant="body2" color="textSecondary" sx={{ flex: 1 }}>
        {template.description}
      </Typography>
      <Box sx={{ display: 'flex', gap: 0.5, flexWrap: 'wrap', mt: 0.5 }}>
        {template.is_default && <Chip color="success" label="in every new workspace" />}
        {template.tags.map((tag) => (
          <Chip key={tag} label={tag} />
        ))}
      </Box>
    </Box>
  );
}

/** Categories in the order of the list, each once. */
function categoriesOf(templates: readonly PromptTemplate[]): string[] {
  return [...new Set(templates.map((template) => template.category))];
}
