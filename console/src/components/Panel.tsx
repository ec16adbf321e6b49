import { Box, Paper, Typography, type SxProps, type Theme } from '@mui/material';
import { useId, type ReactNode } from 'react';

interface Props {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** No padding: for tables, lists, editors. */
  isFlush?: boolean;
  sx?: SxProps<Theme>;
}

/** A titled, bordered part of a page. */
export function Panel({ title, actions, children, isFlush = false, sx = {} }: Props) {
  const id = useId();
  return (
    <Paper
      variant="outlined"
      component="section"
      aria-labelledby={title ? id : undefined}
      sx={
        [
          { borderRadius: 2, overflow: 'hidden', minWidth: 0 },
          ...(Array.isArray(sx) ? (sx as SxProps<Theme>[]) : [sx]),
        ] as SxProps<Theme>
      }
    >
      {title && (
        <Box
          sx={{
            display: 'flex',
            alignItems: 'center',
            gap: 1,
            px: 2,
            minHeight: 44,
            py: 0.5,
            borderBottom: 1,
            borderColor: 'divider',
            flexWrap: 'wrap',
          }}
        >
          <Typography variant="h3" component="h2" id={id} sx={{ flex: 1, minWidth: 0 }}>
            {title}
          </Typography>
          {actions}
        </Box>
      )}
      <Box sx={isFlush ? { overflowX: 'auto' } : { p: 2 }}>{children}</Box>
    </Paper>
  );
}
