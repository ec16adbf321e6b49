import { Box } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { asProblem } from '@/api/problem';
import { sessionOptions } from '@/api/session';
import { ProblemAlert } from '@/components/ProblemAlert';

/** Lets in who has a session; others go to the log-in and come back here afterwards. */
export function RequireSession({ children }: { children: ReactNode }) {
  const session = useQuery(sessionOptions());
  const { pathname, search } = useLocation();
  if (session.data) return children;
  if (!session.isError) return null; // the page's colour is there already; a spinner would only flash
  if (asProblem(session.error).status === 401) {
    const next = pathname === '/' ? '' : `?next=${encodeURIComponent(pathname + search)}`;
    return <Navigate to={`/log-in${next}`} replace />;
  }
  return (
    <Box sx={{ maxWidth: 560, mx: 'auto', pt: 12, px: 2 }}>
      <ProblemAlert error={session.error} onRetry={() => void session.refetch()} />
    </Box>
  );
}
