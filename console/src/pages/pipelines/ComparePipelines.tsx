import { Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import type { PipelineVersion } from '@/api/generated';
import { getPipelineVersionOptions } from '@/api/generated/@tanstack/react-query.gen';
import { CompareWith } from '@/components/CompareWith';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { RowsSkeleton } from '@/components/Skeletons';
import { useSearchState } from '@/util/useSearchState';

const TextDiff = lazy(() => import('@/components/editor/TextDiff'));

/** What changed in the definition between another version and this one. */
export function ComparePipelines({ version, latest }: { version: PipelineVersion; latest: number }) {
  const [chosen, choose] = useSearchState('with');
  const number = Number(chosen) || Math.max(1, version.number - 1);
  const other = useQuery({
    ...getPipelineVersionOptions({ path: { pipeline_id: version.pipeline_id, number } }),
    staleTime: Infinity,
  });
  if (latest === 1) {
    return <Typography color="textSecondary">There is only one version: nothing to compare it with yet.</Typography>;
  }
  if (other.isError) return <ProblemAlert error={other.error} />;
  if (!other.data) return <RowsSkeleton />;
  return (
    <Panel
      title="Definition"
      isFlush
      actions={
        <CompareWith number={version.number} latest={latest} value={number} onChange={(next) => choose(String(next))} />
      }
    >
      <Suspense fallback={<RowsSkeleton />}>
        <TextDiff
          label="Changes of the definition"
          before={JSON.stringify(other.data.definition, null, 2)}
          after={JSON.stringify(version.definition, null, 2)}
          isJson
        />
      </Suspense>
    </Panel>
  );
}
