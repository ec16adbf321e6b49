import { Box, Typography } from '@mui/material';
import { useEffect, type ReactNode } from 'react';
import { Brand } from '@/components/Brand';
import { ColourModeMenu } from '@/components/ColourModeMenu';

/** Frame of log-in and sign-up. */
export function AuthFrame({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · PromptPilot`;
  }, [title]);
  return (
    <Box sx={{ minHeight: '100dvh', display: 'flex', flexDirection: 'column', px: 3 }}>
      <Box component="header" sx={{ py: 2.5, display: 'flex', justifyContent: 'space-between', alignItems: 'center' }}>
        <Brand />
        <ColourModeMenu />
      </Box>
      <Box component="main" sx={{ flex: 1, width: 1, maxWidth: 372, mx: 'auto', pt: { xs: 4, sm: 10 }, pb: 6 }}>
        <Typography variant="h1">{title}</Typography>
        <Typography color="textSecondary" sx={{ mt: 0.5, mb: 3 }}>
          {hint}
        </Typography>
        {children}
      </Box>
    </Box>
  );
}
