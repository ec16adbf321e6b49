import { Alert, Box } from '@mui/material';
import type { ReactNode } from 'react';
import type { ModelCallState } from '@/api/modelCall';
import { CallFigures } from '@/components/CallFigures';
import { CopyButton } from '@/components/CopyButton';
import { ProblemAlert } from '@/components/ProblemAlert';
import { StreamedText } from '@/components/StreamedText';
import { ToolCalls } from '@/components/ToolCalls';

interface Props {
  state: ModelCallState;
  label?: string;
  /** One of several: none is read out while it comes. */
  isQuiet?: boolean;
  /** What can be done once nothing more comes. */
  actions?: ReactNode;
}

/** The answer of a model call: streaming, done with its tool calls and figures, stopped, or failed with what had come. */
export function ModelCallOutput({ state, label = 'Answer', isQuiet = false, actions }: Props) {
  if (state.phase === 'idle') return null;
  return (
    <Box sx={{ display: 'grid', gap: 1.25, borderTop: 1, borderColor: 'divider', pt: 2 }}>
      {(state.text !== '' || state.phase === 'streaming') && (
        <StreamedText label={label} text={state.text} isStreaming={state.phase === 'streaming'} isQuiet={isQuiet} />
      )}
      {state.phase === 'stopped' && (
        <Alert severity="info">
          {state.text === '' ? 'Stopped before anything was written.' : 'Stopped. What was written by then is metered.'}
        </Alert>
      )}
      {state.phase === 'failed' && <ProblemAlert error={state.problem} />}
      {state.phase === 'done' && (
        <>
          <ToolCalls calls={state.result.tool_calls} />
          <CallFigures result={state.result} />
        </>
      )}
      {state.phase !== 'streaming' && (
        <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
          {state.text !== '' && <CopyButton text={state.text} label="Copy the answer" />}
          {actions}
        </Box>
      )}
    </Box>
  );
}
