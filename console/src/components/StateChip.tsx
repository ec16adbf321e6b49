import { Box } from '@mui/material';
import { keyframes } from '@mui/material/styles';

const pulse = keyframes`50% { opacity: 0.35; }`;

type Tone = 'success' | 'error' | 'warning' | 'primary' | 'neutral';

const TONES: Record<string, Tone> = {
  succeeded: 'success',
  failed: 'error',
  running: 'primary',
  owner_lost: 'warning',
  interrupted: 'warning',
  active: 'success',
  revoked: 'error',
  expired: 'warning',
};

const WORDS: Record<string, string> = { owner_lost: 'owner lost' };

/** Colour of a state in the theme. */
export function stateColour(state: string): string {
  const tone = TONES[state] ?? 'neutral';
  return tone === 'neutral' ? 'var(--mui-palette-text-secondary)' : `var(--mui-palette-${tone}-main)`;
}

/** The state of a run, step or key: a word, and a dot that never carries the meaning alone. */
export function StateChip({ state }: { state: string }) {
  const colour = stateColour(state);
  return (
    <Box
      component="span"
      sx={{
        display: 'inline-flex',
        alignItems: 'center',
        gap: 0.75,
        height: 22,
        px: 1,
        borderRadius: 11,
        border: 1,
        borderColor: 'divider',
        fontSize: 12,
        fontWeight: 500,
        whiteSpace: 'nowrap',
        color: colour,
        bgcolor: 'background.paper',
      }}
    >
      <Box
        component="span"
        aria-hidden
        sx={{
          width: 7,
          height: 7,
          borderRadius: '50%',
          bgcolor: state === 'queued' || state === 'pending' ? 'transparent' : colour,
          border: `1.5px solid ${colour}`,
          animation: state === 'running' ? `${pulse} 1.4s ease-in-out infinite` : 'none',
        }}
      />
      {WORDS[state] ?? state}
    </Box>
  );
}
