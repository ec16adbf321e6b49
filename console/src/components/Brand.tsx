import { Box } from '@mui/material';

/** Mark and name. */
export function Brand() {
  return (
    <Box
      sx={{ display: 'flex', alignItems: 'center', gap: 1, fontWeight: 600, letterSpacing: '-0.01em', fontSize: 14.5 }}
    >
      <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden>
        <rect width="32" height="32" rx="8" fill="#5046d6" />
        <path
          d="M9 23V9h7.5a4.75 4.75 0 0 1 0 9.5H9"
          fill="none"
          stroke="#fff"
          strokeWidth="2.6"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <circle cx="22.4" cy="22.4" r="2.1" fill="#fff" />
      </svg>
      PromptPilot
    </Box>
  );
}
