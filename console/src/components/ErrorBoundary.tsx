import { Box, Button, Typography } from '@mui/material';
import { Component, type ReactNode } from 'react';
import { asProblem } from '@/api/problem';
import { CopyButton } from '@/components/CopyButton';

interface Props {
  /** A failure is forgotten when this changes: the next page starts afresh. */
  resetKey?: string;
  children: ReactNode;
}

interface State {
  error: unknown;
  failedKey: string | undefined;
}

/** Shown in place of a page that failed to render or to load its code; the rest of the console stays usable. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined, failedKey: undefined };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    if (state.failedKey === props.resetKey) return null;
    return { error: undefined, failedKey: props.resetKey };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error === undefined ? this.props.children : <Failed error={error} />;
  }
}

function Failed({ error }: { error: unknown }) {
  const problem = asProblem(error);
  const text = [problem.reason, problem.message, problem.requestId && `request ${problem.requestId}`]
    .filter(Boolean)
    .join('\n');
  return (
    <Box
      role="alert"
      sx={{ maxWidth: 560, mx: 'auto', py: 8, px: 2, display: 'grid', gap: 1.5, justifyItems: 'start' }}
    >
      <Typography variant="h1">This page failed</Typography>
      <Typography color="textSecondary">
        Nothing you saved is lost. Load it again; if it fails again, send us the text below.
      </Typography>
      <Box
        component="pre"
        sx={{
          m: 0,
          p: 1.5,
          width: 1,
          overflow: 'auto',
          bgcolor: 'subtle',
          borderRadius: 1.5,
          border: 1,
          borderColor: 'divider',
        }}
      >
        {text}
      </Box>
      <Box sx={{ display: 'flex', gap: 1 }}>
        <Button variant="contained" color="primary" onClick={() => window.location.reload()}>
          Load again
        </Button>
        <CopyButton isButton text={`${window.location.pathname}\n${text}`} label="Copy the text" />
      </Box>
    </Box>
  );
}
