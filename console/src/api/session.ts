import { useMutation, useSuspenseQuery } from '@tanstack/react-query';
import type { GetSessionResponse } from '@/api/generated';
import { getSessionOptions, logOut } from '@/api/sessionCalls';

/** The permissions that the console asks about; the catalogue is in proto/promptpilot/options. */
export type Permission =
  | 'api_keys.read'
  | 'api_keys.manage'
  | 'members.read'
  | 'prompts.read'
  | 'prompts.write'
  | 'prompts.label'
  | 'prompts.protect'
  | 'datasets.read'
  | 'datasets.write'
  | 'pipelines.read'
  | 'pipelines.write'
  | 'pipelines.publish'
  | 'runs.read'
  | 'runs.start'
  | 'runs.cancel'
  | 'models.call'
  | 'providers.read'
  | 'providers.manage'
  | 'billing.read'
  | 'billing.manage';

export interface Session extends GetSessionResponse {
  /** True when the role holds the permission. What it does not hold is hidden; the services refuse it in any case. */
  can: (permission: Permission) => boolean;
}

/** The session's query: kept for the whole visit, renewed once a minute. */
export const sessionOptions = () => ({ ...getSessionOptions(), staleTime: 60_000, gcTime: Infinity });

/** Who is logged in. Only inside `RequireSession`, which has loaded it. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionOptions());
  return { ...data, can: (permission) => data.permissions.includes(permission) };
}

/** Ends the session, on the server and here. */
export function useLogOut() {
  return useMutation({
    mutationFn: () => logOut(),
    // A whole load: nothing of the session stays in memory.
    onSuccess: () => window.location.assign('/log-in'),
  });
}

/** Where to go after the log-in: only ever a path of this console. */
export function nextPath(search: URLSearchParams): string {
  const next = search.get('next') ?? '/';
  return next.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? next : '/';
}
