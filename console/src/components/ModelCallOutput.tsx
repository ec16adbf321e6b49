import { Alert, Box } from '@mui/material';
import type { ModelCallState } from '@/api/modelCall';
import { CopyButton } from '@/components/CopyButton';
import { Tokens } from '@/components/Figures';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StreamedText } from '@/components/StreamedText';
import { formatDuration } from '@/util/time';

/** The answer of a model call: streaming, done with its figures, stopped, or failed with what had come. */
export function ModelCallOutput({ state }: { state: ModelCallState }) {
  if (state.phase === 'idle') return null;
  return (
    <Box sx={{ display: 'grid', gap: 1.25, borderTop: 1, borderColor: 'divider', pt: 2 }}>
      {(state.text !== '' || state.phase === 'streaming') && (
        <StreamedText label="Answer" text={state.text} isStreaming={state.phase === 'streaming'} />
      )}
      {state.phase === 'stopped' && (
        <Alert severity="info">Stopped. What the model had written by then is metered.</Alert>
      )}
      {state.phase === 'failed' && <ProblemAlert error={state.problem} />}
      {state.phase === 'done' && (
        <Box
          className="tabular"
          sx={{
            display: 'flex',
            flexWrap: 'wrap',
            gap: 1.5,
            alignItems: 'center',
            fontSize: 12.5,
            color: 'text.secondary',
          }}
        >
          <span>{state.result.model}</span>
          <Tokens usage={state.result.usage} />
          <span>first token {formatDuration(state.result.first_token_ms)}</span>
          <span>total {formatDuration(state.result.duration_ms)}</span>
          {state.result.finish_reason !== 'stop' && <span>ended by {state.result.finish_reason}</span>}
          <CopyButton text={state.text} label="Copy the answer" />
        </Box>
      )}
    </Box>
  );
}
