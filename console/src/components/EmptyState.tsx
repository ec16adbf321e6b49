import { Box, Typography } from '@mui/material';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

interface Props {
  icon: LucideIcon;
  title: string;
  /** What this place is for and what to do now. */
  children: ReactNode;
  action?: ReactNode;
}

/** A place with nothing in it yet says what to do. */
export function EmptyState({ icon: Icon, title, children, action }: Props) {
  return (
    <Box sx={{ py: 7, px: 3, textAlign: 'center', display: 'grid', justifyItems: 'center', gap: 0.75 }}>
      <Box
        sx={{
          width: 40,
          height: 40,
          borderRadius: 2,
          border: 1,
          borderColor: 'divider',
          display: 'grid',
          placeItems: 'center',
          mb: 1,
          color: 'text.secondary',
        }}
      >
        <Icon size={19} strokeWidth={1.6} aria-hidden />
      </Box>
      <Typography variant="h2">{title}</Typography>
      <Typography color="textSecondary" sx={{ maxWidth: 440, textWrap: 'balance' }}>
        {children}
      </Typography>
      {action && (
        <Box sx={{ mt: 1.5, display: 'flex', gap: 1, flexWrap: 'wrap', justifyContent: 'center' }}>{action}</Box>
      )}
    </Box>
  );
}
