import { Box, Paper } from '@mui/material';
import type { ReactNode } from 'react';
import type { Run, RunCost } from '@/api/generated';
import { Ago, Elapsed, Money, Tokens } from '@/components/Figures';

/** What the run used so far. */
export function RunFigures({ run, cost }: { run: Run; cost: RunCost | undefined }) {
  const done = run.steps.filter((step) => step.state !== 'pending' && step.state !== 'running').length;
  return (
    <Paper
      variant="outlined"
      component="dl"
      sx={{
        m: 0,
        borderRadius: 2,
        display: 'grid',
        gridTemplateColumns: { xs: '1fr 1fr', sm: 'repeat(5, 1fr)' },
        overflow: 'hidden',
      }}
    >
      <Figure name="Cost">{cost ? <Money nanoUsd={cost.cost_nano_usd} /> : '…'}</Figure>
      <Figure name="Tokens">
        <Tokens usage={run.usage} />
      </Figure>
      <Figure name="Took">
        <Elapsed start={run.start_time} end={run.end_time} />
      </Figure>
      <Figure name="Steps done">
        <span className="tabular">
          {done} of {run.steps.length}
        </span>
      </Figure>
      <Figure name="Accepted">
        <Ago time={run.create_time} />
      </Figure>
    </Paper>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Box
      sx={{
        px: 2,
        py: 1.25,
        boxShadow: '1px 1px 0 var(--mui-palette-divider)',
        '&:last-of-type': { gridColumn: { xs: '1 / -1', sm: 'auto' } },
      }}
    >
      <Box component="dt" sx={{ fontSize: 12, color: 'text.secondary' }}>
        {name}
      </Box>
      <Box component="dd" sx={{ m: 0, fontSize: 14.5, fontWeight: 500 }}>
        {children}
      </Box>
    </Box>
  );
}
