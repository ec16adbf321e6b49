import { Box, Button } from '@mui/material';
import { useSession } from '@/api/session';
import { SearchField } from '@/components/SearchField';
import { SelectInput } from '@/components/SelectInput';
import type { PromptFilter } from '@/pages/prompts/usePromptFilter';

const TYPES = [
  { value: '', label: 'Text and chat' },
  { value: 'text', label: 'Text' },
  { value: 'chat', label: 'Chat' },
] as const;

const TIMES = [
  { value: '', label: 'Any time' },
  { value: '1', label: 'Last day' },
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
] as const;

interface Props {
  filter: PromptFilter;
  /** Labels to choose from. */
  labels: readonly string[];
}

/** What a search of prompts can be narrowed by, beside words, folder and tags. */
export function PromptFilters({ filter, labels }: Props) {
  const { user } = useSession();
  const { values, set, clear, isNarrowed } = filter;
  const makers = [
    { value: '', label: 'By anyone' },
    ...(user ? [{ value: user.id, label: 'By me' }] : []),
    ...(values.author && values.author !== user?.id
      ? [{ value: values.author, label: `By …${values.author.slice(-6)}` }]
      : []),
  ];
  const all = [...new Set([...(values.label ? [values.label] : []), ...labels])].sort();
  return (
    <Box
      role="group"
      aria-label="Filters"
      sx={{ display: 'flex', gap: 1.5, mb: 2, flexWrap: 'wrap', '& > *': { flex: '1 1 150px', maxWidth: 230 } }}
    >
      <SelectInput isLabelHidden label="Type" value={values.type} options={TYPES} onChange={set('type')} />
      <SelectInput
        isLabelHidden
        label="Label"
        value={values.label}
        options={[{ value: '', label: 'Any label' }, ...all.map((value) => ({ value, label: value }))]}
        onChange={set('label')}
      />
      <SelectInput isLabelHidden label="Changed" value={values.days} options={TIMES} onChange={set('days')} />
      <SelectInput isLabelHidden label="Author" value={values.author} options={makers} onChange={set('author')} />
      <SearchField label="Model" value={values.model} onChange={set('model')} />
      {isNarrowed && (
        <Button onClick={clear} sx={{ '&&': { flex: '0 0 auto' } }}>
          Clear
        </Button>
      )}
    </Box>
  );
}
