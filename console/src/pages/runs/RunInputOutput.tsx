import { Box, Button, Typography } from '@mui/material';
import { ListPlus } from 'lucide-react';
import { useState } from 'react';
import type { Run } from '@/api/generated';
import { useSession } from '@/api/session';
import { JsonValue } from '@/components/JsonValue';
import { Panel } from '@/components/Panel';
import { AddRunToDataset } from '@/forms/AddRunToDataset';

/** What the run began with and what it ended with. */
export function RunInputOutput({ run }: { run: Run }) {
  const { can } = useSession();
  const [isAdding, setAdding] = useState(false);
  const none = (text: string) => (
    <Typography variant="body2" color="textSecondary" sx={{ p: 2 }}>
      {text}
    </Typography>
  );
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { md: '1fr 1fr' }, alignItems: 'start' }}>
      <Panel
        title="Input"
        isFlush
        actions={
          can('datasets.write') &&
          run.end_time && (
            <Button startIcon={<ListPlus size={15} />} onClick={() => setAdding(true)}>
              Add to a dataset
            </Button>
          )
        }
      >
        <JsonValue value={run.input} empty={none('None.')} />
      </Panel>
      <Panel title="Output" isFlush>
        <JsonValue
          value={run.output}
          empty={none(run.end_time ? 'None: the run did not succeed.' : 'Known once the run has succeeded.')}
        />
      </Panel>
      {isAdding && (
        <AddRunToDataset runId={run.id} input={run.input} output={run.output} onClose={() => setAdding(false)} />
      )}
    </Box>
  );
}
