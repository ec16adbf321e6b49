import { lazy, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import { ErrorBoundary } from '@/components/ErrorBoundary';
import { RequireSession } from '@/components/RequireSession';

const LogIn = lazy(() => import('@/pages/LogIn'));
const SignUp = lazy(() => import('@/pages/SignUp'));
/** With the addresses of all other pages: who is not logged in does not load that list. */
const Inside = lazy(() => import('@/routes'));

/** What everybody can open; all else asks for a session. */
export function Entrance() {
  return (
    <ErrorBoundary>
      <Suspense fallback={null}>
        <Routes>
          <Route path="/log-in" element={<LogIn />} />
          <Route path="/sign-up" element={<SignUp />} />
          <Route
            path="*"
            element={
              <RequireSession>
                <Inside />
              </RequireSession>
            }
          />
        </Routes>
      </Suspense>
    </ErrorBoundary>
  );
}
