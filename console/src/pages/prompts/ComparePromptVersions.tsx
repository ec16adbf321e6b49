import { Box, IconButton } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeftRight } from 'lucide-react';
import { useParams, useSearchParams } from 'react-router';
import type { Prompt } from '@/api/generated';
import { comparePromptVersionsOptions, getPromptOptions } from '@/api/generated/@tanstack/react-query.gen';
import { usePromptChanges } from '@/api/promptChanges';
import { Comparison } from '@/components/comparison/Comparison';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SelectInput } from '@/components/SelectInput';
import { PageSkeleton, RowsSkeleton } from '@/components/Skeletons';

/** Any two versions of a prompt, chosen by number or label. */
export default function ComparePromptVersions() {
  const { promptId = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const path = { prompt_id: promptId };
  const prompt = useQuery(getPromptOptions({ path }));
  const [from, to] = sides(search, prompt.data);
  const comparison = useQuery({
    ...comparePromptVersionsOptions({ path, query: { from, to } }),
    enabled: prompt.data !== undefined,
  });
  usePromptChanges();
  if (prompt.isError)
    return <LoadFailed error={prompt.error} what="prompt" listPath="/prompts" onRetry={() => void prompt.refetch()} />;
  if (!prompt.data) return <PageSkeleton />;
  const choose = (chosen: { from: string; to: string }) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        after.set('from', chosen.from);
        after.set('to', chosen.to);
        return after;
      },
      { replace: true },
    );
  return (
    <>
      <PageHeader
        title="Compare versions"
        description="What differs, and what the difference costs before anything is run."
        trail={[
          { label: 'Prompts', to: '/prompts' },
          { label: prompt.data.name, to: `/prompts/${promptId}` },
        ]}
      />
      <Box
        component="section"
        aria-label="Versions to compare"
        sx={{ display: 'flex', gap: 1, alignItems: 'center', mb: 2, maxWidth: 640 }}
      >
        <SelectInput
          label="From"
          value={from}
          options={choices(prompt.data, from)}
          onChange={(next) => choose({ from: next, to })}
        />
        <IconButton aria-label="Swap" title="Swap" onClick={() => choose({ from: to, to: from })}>
          <ArrowLeftRight size={16} />
        </IconButton>
        <SelectInput
          label="To"
          value={to}
          options={choices(prompt.data, to)}
          onChange={(next) => choose({ from, to: next })}
        />
      </Box>
      {comparison.isError && <ProblemAlert error={comparison.error} onRetry={() => void comparison.refetch()} />}
      {comparison.isPending && <RowsSkeleton />}
      {comparison.data && <Comparison comparison={comparison.data} isText={prompt.data.type === 'text'} />}
    </>
  );
}

/** What the address names; else from the version before the newest to the newest. */
function sides(search: URLSearchParams, prompt: Prompt | undefined): [string, string] {
  const latest = prompt?.latest_version ?? 1;
  return [search.get('from') ?? String(Math.max(1, latest - 1)), search.get('to') ?? 'latest'];
}

const MOST_LISTED = 200;

/** Labels first, then versions, newest first; and what the address names, whatever it is. */
function choices({ labels, latest_version }: Prompt, chosen: string): { value: string; label: string }[] {
  const listed = [
    ...labels.map(({ label, version }) => ({ value: label, label: `${label} (version ${version})` })),
    ...Array.from({ length: Math.min(latest_version, MOST_LISTED) }, (_, index) => latest_version - index).map(
      (version) => ({ value: String(version), label: `Version ${version}` }),
    ),
  ];
  return listed.some(({ value }) => value === chosen) ? listed : [{ value: chosen, label: chosen }, ...listed];
}
