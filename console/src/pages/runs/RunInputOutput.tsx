import { Box, Typography } from '@mui/material';
import type { Run } from '@/api/generated';
import { JsonValue } from '@/components/JsonValue';
import { Panel } from '@/components/Panel';

/** What the run began with and what it ended with. */
export function RunInputOutput({ run }: { run: Run }) {
  const none = (text: string) => (
    <Typography variant="body2" color="textSecondary" sx={{ p: 2 }}>
      {text}
    </Typography>
  );
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: '1fr 1fr' }, alignItems: 'start' }}>
      <Panel title="Input" isFlush>
        <JsonValue value={run.input} empty={none('None.')} />
      </Panel>
      <Panel title="Output" isFlush>
        <JsonValue
          value={run.output}
          empty={none(run.end_time ? 'None: the run did not succeed.' : 'Known once the run has succeeded.')}
        />
      </Panel>
    </Box>
  );
}
