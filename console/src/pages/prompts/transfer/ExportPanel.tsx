import { Box, Button, FormControl, FormHelperText, InputLabel, OutlinedInput, Typography } from '@mui/material';
import { Download } from 'lucide-react';
import { useId, useState } from 'react';
import { Panel } from '@/components/Panel';
import { exportPath } from '@/util/exportPath';

const PREFIX = /^([a-z0-9][a-z0-9_./-]{0,99})?$/;

/** Downloads a folder of prompts, or all. */
export function ExportPanel() {
  const id = useId();
  const [prefix, setPrefix] = useState('');
  const isPrefix = PREFIX.test(prefix);
  return (
    <Panel title="Export">
      <Typography color="textSecondary" sx={{ mb: 2, maxWidth: 720 }}>
        A ZIP of YAML and JSON with all versions and labels, archived prompts included. The same prompts give the same
        bytes, so the folder can live in git.
      </Typography>
      <Box sx={{ display: 'flex', gap: 1.5, alignItems: 'flex-start', flexWrap: 'wrap' }}>
        <FormControl error={!isPrefix} sx={{ flex: '1 1 220px', maxWidth: 360 }}>
          <InputLabel htmlFor={id}>Only names that start with</InputLabel>
          <OutlinedInput
            id={id}
            value={prefix}
            onChange={(event) => setPrefix(event.target.value)}
            aria-describedby={`${id}-hint`}
          />
          <FormHelperText id={`${id}-hint`}>
            {isPrefix ? 'Such as support/ – empty: all prompts' : 'Use a-z, 0-9, _, ., - and /'}
          </FormHelperText>
        </FormControl>
        <Button
          component="a"
          href={isPrefix ? exportPath({ name_prefix: prefix }) : undefined}
          disabled={!isPrefix}
          download
          startIcon={<Download size={15} />}
          sx={{ mt: { sm: 2.75 } }}
        >
          Download
        </Button>
      </Box>
    </Panel>
  );
}
