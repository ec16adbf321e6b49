import { Box, IconButton, useMediaQuery } from '@mui/material';
import { Menu } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Outlet, useLocation } from 'react-router';
import { Brand } from '@/components/Brand';
import { ErrorBoundary } from '@/components/ErrorBoundary';
import { Sidebar } from '@/components/Sidebar';
import { PageSkeleton } from '@/components/Skeletons';

const SIDEBAR_WIDTH = 228;
const NavigationDrawer = lazy(() => import('@/components/NavigationDrawer'));

/** Frame of all pages behind the log-in: navigation left on wide screens, in a drawer on phones. */
export default function Shell() {
  const isWide = useMediaQuery('(min-width: 900px)');
  const { pathname } = useLocation();
  // The drawer is open on the page it was opened on: a navigation closes it.
  const [openOn, setOpenOn] = useState('');
  const isOpen = openOn === pathname;
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    // After a navigation the keyboard and the screen reader start at the new page, not in the menu.
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
    window.scrollTo(0, 0);
  }, [pathname]);
  return (
    <Box sx={{ display: 'flex', minHeight: '100dvh', flexDirection: { xs: 'column', md: 'row' } }}>
      <SkipLink />
      {isWide ? (
        <Box
          sx={{
            width: SIDEBAR_WIDTH,
            flexShrink: 0,
            position: 'sticky',
            top: 0,
            height: '100dvh',
            borderRight: 1,
            borderColor: 'divider',
          }}
        >
          <Sidebar />
        </Box>
      ) : (
        <>
          <Box
            component="header"
            sx={{
              position: 'sticky',
              top: 0,
              zIndex: 10,
              display: 'flex',
              alignItems: 'center',
              gap: 1,
              px: 1.5,
              height: 52,
              borderBottom: 1,
              borderColor: 'divider',
              bgcolor: 'background.default',
            }}
          >
            <IconButton aria-label="Open navigation" aria-expanded={isOpen} onClick={() => setOpenOn(pathname)}>
              <Menu size={20} />
            </IconButton>
            <Brand />
          </Box>
          <Suspense fallback={null}>{isOpen && <NavigationDrawer isOpen onClose={() => setOpenOn('')} />}</Suspense>
        </>
      )}
      <Box
        component="main"
        id="main"
        ref={main}
        tabIndex={-1}
        sx={{ flex: 1, minWidth: 0, px: { xs: 2, sm: 3, lg: 4 }, py: { xs: 2.5, md: 3.5 } }}
      >
        <Box sx={{ maxWidth: 1240, mx: 'auto' }}>
          <ErrorBoundary resetKey={pathname}>
            <Suspense fallback={<PageSkeleton />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </Box>
      </Box>
    </Box>
  );
}

function SkipLink() {
  return (
    <Box
      component="a"
      href="#main"
      sx={{
        position: 'fixed',
        top: 8,
        left: 8,
        zIndex: 2000,
        px: 1.5,
        py: 0.75,
        bgcolor: 'background.paper',
        border: 1,
        borderColor: 'divider',
        borderRadius: 1,
        transform: 'translateY(-200%)',
        '&:focus': { transform: 'none' },
      }}
    >
      Skip to the page
    </Box>
  );
}
