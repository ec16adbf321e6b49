import { Box, Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router';
import { listRunsOptions } from '@/api/generated/@tanstack/react-query.gen';
import { Ago } from '@/components/Figures';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { RowsSkeleton } from '@/components/Skeletons';
import { StateChip } from '@/components/StateChip';

const INTERVAL_MS = 5_000;

/** The last runs; nothing while there is none: the first steps say how to start one. */
export function RecentRuns() {
  const runs = useQuery({ ...listRunsOptions({ query: { page_size: 6 } }), refetchInterval: INTERVAL_MS });
  if (runs.data?.items.length === 0) return null;
  return (
    <Panel
      title="Recent runs"
      isFlush
      actions={
        <Link component={RouterLink} to="/runs" variant="body2">
          All runs
        </Link>
      }
    >
      {runs.isPending && <RowsSkeleton rows={3} />}
      <ProblemAlert error={runs.error} onRetry={() => void runs.refetch()} />
      <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0.75 }}>
        {runs.data?.items.map((run) => (
          <li key={run.id}>
            <Box
              component={RouterLink}
              to={`/runs/${run.id}`}
              sx={{
                display: 'flex',
                alignItems: 'center',
                gap: 1.5,
                px: 1.25,
                py: 0.85,
                borderRadius: 1,
                color: 'inherit',
                textDecoration: 'none',
                fontSize: 13.5,
                '&:hover': { bgcolor: 'subtle' },
              }}
            >
              <Box
                sx={{
                  flex: 1,
                  minWidth: 0,
                  fontWeight: 500,
                  overflow: 'hidden',
                  textOverflow: 'ellipsis',
                  whiteSpace: 'nowrap',
                }}
              >
                {run.pipeline_name} <span className="tabular">v{run.pipeline_version}</span>
              </Box>
              <StateChip state={run.state} />
              <Typography variant="caption" color="textSecondary" sx={{ width: 92, textAlign: 'right' }}>
                <Ago time={run.create_time} />
              </Typography>
            </Box>
          </li>
        ))}
      </Box>
    </Panel>
  );
}
