import { Box, Button } from '@mui/material';
import { useState, type ReactNode } from 'react';
import { CopyButton } from '@/components/CopyButton';

/** So much is shown at once: a step's output may be megabytes. */
const SHOWN_CHARACTERS = 4_000;

/** A JSON value to read and copy; long values are cut until asked for. */
export function JsonValue({ value, empty }: { value: unknown; empty: ReactNode }) {
  const [isWhole, setWhole] = useState(false);
  if (value === null || value === undefined) return empty;
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  const isCut = !isWhole && text.length > SHOWN_CHARACTERS;
  return (
    <Box sx={{ position: 'relative' }}>
      <Box sx={{ position: 'absolute', top: 6, right: 8, bgcolor: 'background.paper', borderRadius: 1 }}>
        <CopyButton text={text} label="Copy" />
      </Box>
      <Box
        component="pre"
        tabIndex={0}
        sx={{
          m: 0,
          p: 2,
          pr: 5,
          maxHeight: 420,
          overflow: 'auto',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
          fontSize: 12.5,
          lineHeight: 1.6,
        }}
      >
        {isCut ? text.slice(0, SHOWN_CHARACTERS) : text}
        {isCut && ' …'}
      </Box>
      {isCut && (
        <Box sx={{ px: 2, pb: 1.5 }}>
          <Button onClick={() => setWhole(true)}>Show all {text.length.toLocaleString('en')} characters</Button>
        </Box>
      )}
    </Box>
  );
}
