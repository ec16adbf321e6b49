import { Box, LinearProgress, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Waypoints } from 'lucide-react';
import type { SimilarPrompt } from '@/api/generated';
import { findSimilarPromptsOptions } from '@/api/generated/@tanstack/react-query.gen';
import { DataTable, Subline, type Column } from '@/components/DataTable';
import { EmptyState } from '@/components/EmptyState';
import { LabelChips } from '@/components/LabelChips';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { RowsSkeleton } from '@/components/Skeletons';

const MOST = 10;

const columns: Column<SimilarPrompt>[] = [
  {
    header: 'Name',
    cell: ({ prompt }) => (
      <>
        {prompt.name}
        <Subline>{prompt.description}</Subline>
      </>
    ),
  },
  { header: 'Labels', isDetail: true, cell: ({ prompt }) => <LabelChips labels={prompt.labels} /> },
  { header: 'Similarity', align: 'right', width: 150, cell: ({ similarity }) => <Similarity value={similarity} /> },
];

/** Prompts that say nearly the same: one to use instead, or to keep in step. */
export function SimilarPrompts({ promptId }: { promptId: string }) {
  const similar = useQuery(findSimilarPromptsOptions({ path: { prompt_id: promptId }, query: { page_size: MOST } }));
  if (similar.isPending) return <RowsSkeleton />;
  if (similar.isError) return <ProblemAlert error={similar.error} onRetry={() => void similar.refetch()} />;
  return (
    <>
      <Panel isFlush>
        {similar.data.items.length === 0 ? (
          <EmptyState icon={Waypoints} title="No other prompt comes near">
            Other prompts in use share no wording with this one.
          </EmptyState>
        ) : (
          <DataTable
            label="Similar prompts"
            columns={columns}
            rows={similar.data.items}
            rowKey={({ prompt }) => prompt.id}
            to={({ prompt }) => `/prompts/${prompt.id}`}
          />
        )}
      </Panel>
      <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>
        Compared by name, description, tags and newest version; embedder: {similar.data.embedder}
        {similar.data.embedder === 'local-hashing' && ', which compares wording, not meaning'}.
      </Typography>
    </>
  );
}

function Similarity({ value }: { value: number }) {
  const percent = Math.round(value * 100);
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, justifyContent: 'flex-end' }}>
      <LinearProgress variant="determinate" value={percent} aria-hidden sx={{ width: 56, borderRadius: 1 }} />
      <Box component="span" className="tabular" sx={{ minWidth: 40 }}>
        {percent} %
      </Box>
    </Box>
  );
}
