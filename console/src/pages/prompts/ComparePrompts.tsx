import { Box, Button, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { GitCompare } from 'lucide-react';
import { Link } from 'react-router';
import type { Prompt, PromptVersion } from '@/api/generated';
import { comparePromptVersionsOptions } from '@/api/generated/@tanstack/react-query.gen';
import { Comparison } from '@/components/comparison/Comparison';
import { CompareWith } from '@/components/CompareWith';
import { ProblemAlert } from '@/components/ProblemAlert';
import { RowsSkeleton } from '@/components/Skeletons';
import { useSearchState } from '@/util/useSearchState';

/** What changed between another version of a prompt and the one that is looked at. */
export function ComparePrompts({ prompt, version }: { prompt: Prompt; version: PromptVersion }) {
  const { number } = version;
  const [chosen, choose] = useSearchState('with');
  const other = Number(chosen) || (version.parents[0] ?? 1);
  const comparison = useQuery({
    ...comparePromptVersionsOptions({
      path: { prompt_id: prompt.id },
      query: { from: String(other), to: String(number) },
    }),
    enabled: prompt.latest_version > 1,
  });
  if (prompt.latest_version === 1) {
    return <Typography color="textSecondary">There is only one version: nothing to compare it with yet.</Typography>;
  }
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'center', flexWrap: 'wrap' }}>
        <CompareWith
          number={number}
          latest={prompt.latest_version}
          value={other}
          onChange={(next) => choose(String(next))}
        />
        <Button
          component={Link}
          to={`/prompts/${prompt.id}/compare?from=${other}&to=${number}`}
          startIcon={<GitCompare size={14} />}
        >
          Compare any two
        </Button>
      </Box>
      {comparison.isError && <ProblemAlert error={comparison.error} onRetry={() => void comparison.refetch()} />}
      {comparison.isPending && <RowsSkeleton />}
      {comparison.data && <Comparison comparison={comparison.data} isText={prompt.type === 'text'} />}
    </Box>
  );
}
