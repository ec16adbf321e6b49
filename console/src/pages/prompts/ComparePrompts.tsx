import { Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import type { PromptVersion } from '@/api/generated';
import { getPromptVersionOptions } from '@/api/generated/@tanstack/react-query.gen';
import { CompareWith } from '@/components/CompareWith';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { RowsSkeleton } from '@/components/Skeletons';
import { settingsText, templateText } from '@/util/promptTexts';
import { useSearchState } from '@/util/useSearchState';

const TextDiff = lazy(() => import('@/components/editor/TextDiff'));

/** What changed between another version and this one: text, variables, model. */
export function ComparePrompts({ version, latest }: { version: PromptVersion; latest: number }) {
  const [chosen, choose] = useSearchState('with');
  const number = Number(chosen) || (version.parents[0] ?? 1);
  const other = useQuery({
    ...getPromptVersionOptions({ path: { prompt_id: version.prompt_id, number } }),
    staleTime: Infinity,
  });
  if (latest === 1) {
    return <Typography color="textSecondary">There is only one version: nothing to compare it with yet.</Typography>;
  }
  const compare = (
    <CompareWith number={version.number} latest={latest} value={number} onChange={(next) => choose(String(next))} />
  );
  if (other.isError) return <ProblemAlert error={other.error} />;
  if (!other.data) return <RowsSkeleton />;
  const [before, after] = [settingsText(other.data.content), settingsText(version.content)];
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Panel title="Text" isFlush actions={compare}>
        <Suspense fallback={<RowsSkeleton />}>
          <TextDiff
            label="Changes of the text"
            before={templateText(other.data.content)}
            after={templateText(version.content)}
          />
        </Suspense>
      </Panel>
      <Panel title="Variables and model" isFlush={before !== after}>
        {before === after ? (
          <Typography color="textSecondary">The same in both.</Typography>
        ) : (
          <Suspense fallback={<RowsSkeleton />}>
            <TextDiff label="Changes of variables and model" before={before} after={after} isJson />
          </Suspense>
        )}
      </Panel>
    </Box>
  );
}
