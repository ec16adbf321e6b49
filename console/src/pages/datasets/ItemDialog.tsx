import { Button, Dialog, DialogActions, DialogContent, DialogTitle, Typography } from '@mui/material';
import { useId } from 'react';
import type { DatasetItem } from '@/api/generated';
import { JsonValue } from '@/components/JsonValue';
import { Panel } from '@/components/Panel';

/** An item to read: of an older version, or for who may not change it. */
export function ItemDialog({ item, onClose }: { item: DatasetItem; onClose: () => void }) {
  const id = useId();
  const none = (
    <Typography variant="body2" color="textSecondary" sx={{ p: 2 }}>
      None.
    </Typography>
  );
  return (
    <Dialog open onClose={onClose} maxWidth="md" fullWidth aria-labelledby={id}>
      <DialogTitle id={id}>
        Item <code>{item.id}</code>
      </DialogTitle>
      <DialogContent sx={{ display: 'grid', gap: 2, alignContent: 'start' }}>
        {(['input', 'expected', 'metadata'] as const).map((part) => (
          <Panel key={part} title={part.charAt(0).toUpperCase() + part.slice(1)} isFlush>
            <JsonValue value={item[part]} empty={none} />
          </Panel>
        ))}
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}
