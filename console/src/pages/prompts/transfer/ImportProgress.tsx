import { Box, Button, LinearProgress, Typography } from '@mui/material';
import type { ImportState } from '@/api/promptImport';

const FORMATS: Record<string, string> = {
  promptpilot: 'PromptPilot',
  langfuse: 'Langfuse',
  openai: 'OpenAI',
  promptfoo: 'promptfoo',
  dotprompt: 'Dotprompt',
};

/** How far an import is; how far it came, when it was stopped. */
export function ImportProgress({ state, onStop }: { state: ImportState; onStop: () => void }) {
  const { isRunning, isDryRun, total, items } = state;
  const isCut = !isRunning && items.length < total;
  if (!isRunning && !isCut) return null;
  const what = isDryRun ? 'checked' : 'done';
  return (
    <Box role="status" sx={{ display: 'grid', gap: 0.75 }}>
      {isRunning && (
        <LinearProgress
          aria-label="Progress"
          variant={total > 0 ? 'determinate' : 'indeterminate'}
          value={total > 0 ? (100 * items.length) / total : 0}
        />
      )}
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5, flexWrap: 'wrap' }}>
        <Typography color="textSecondary" className="tabular">
          {total > 0
            ? `${items.length} of ${total} ${what} · ${FORMATS[state.format] ?? state.format}`
            : 'Reading the file …'}
        </Typography>
        {isRunning && !isDryRun && <Button onClick={onStop}>Stop</Button>}
        {isCut && !isDryRun && (
          <Typography>
            Stopped. What is listed has happened; import the file again for the rest, nothing is done twice.
          </Typography>
        )}
      </Box>
    </Box>
  );
}
