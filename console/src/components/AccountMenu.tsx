import { Box, IconButton, Typography } from '@mui/material';
import { LogOut } from 'lucide-react';
import { useLogOut, useSession } from '@/api/session';
import { ColourModeMenu } from '@/components/ColourModeMenu';

/** Who is logged in, the colours, and the way out. */
export function AccountMenu() {
  const { user, role } = useSession();
  const logOut = useLogOut();
  return (
    <Box
      sx={{
        p: 1.5,
        borderTop: 1,
        borderColor: 'divider',
        display: 'grid',
        gap: 1.25,
        gridTemplateColumns: 'minmax(0, 1fr)',
      }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="body2" noWrap sx={{ fontWeight: 500 }}>
            {user?.display_name}
          </Typography>
          <Typography variant="caption" color="textSecondary" noWrap component="div" title={user?.email}>
            {role} · {user?.email}
          </Typography>
        </Box>
        <IconButton aria-label="Log out" title="Log out" onClick={() => logOut.mutate()} disabled={logOut.isPending}>
          <LogOut size={16} />
        </IconButton>
      </Box>
      <ColourModeMenu />
    </Box>
  );
}
