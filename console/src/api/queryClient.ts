import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { connectClient } from '@/api/client';
import { asProblem } from '@/api/problem';
import { SESSION_KEY } from '@/api/sessionCalls';

const MOST_RETRIES = 2;

/** The cache of all server state, connected to the generated client. */
export function createQueryClient(): QueryClient {
  const queryClient: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => onError(error) }),
    mutationCache: new MutationCache({ onError: (error) => onError(error) }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // Only what may pass by itself is asked again; "not found" is an answer.
        retry: (failures, error) => failures < MOST_RETRIES && asProblem(error).isPassing,
      },
      mutations: { retry: false },
    },
  });
  const onError = (error: unknown) => {
    const problem = asProblem(error);
    const isInside = queryClient.getQueryData(SESSION_KEY) !== undefined;
    if (isInside && problem.status === 401) leaveForLogIn();
    // Another tab has logged in anew: the next try sends the new token.
    if (problem.reason === 'CSRF_REFUSED') void queryClient.invalidateQueries({ queryKey: SESSION_KEY });
  };
  connectClient(queryClient);
  return queryClient;
}

/** What shows where labels of prompts stand: stale once one of them moves. */
export const LABEL_OPERATIONS = ['getPrompt', 'listPrompts', 'listPromptLabels', 'listPromptLabelHistory'] as const;

/** What shows versions of prompts and the branches they are on: stale once there is a new one; `latest` moves too. */
export const VERSION_OPERATIONS = [
  ...LABEL_OPERATIONS,
  'listPromptVersions',
  'listPromptBranches',
  'comparePromptVersions',
  'getPromptBranch',
] as const;

/** What shows prompts as their list does: stale whenever it is. */
const WITH_PROMPTS: readonly string[] = ['searchPrompts', 'listPromptFolders', 'findSimilarPrompts'];

/** Marks lists and things stale after a command, by the names of their operations. */
export function invalidate(queryClient: QueryClient, ...operations: string[]): Promise<void> {
  if (operations.includes('listPrompts')) operations.push(...WITH_PROMPTS);
  return queryClient.invalidateQueries({
    predicate: ({ queryKey: [key] }) =>
      typeof key === 'object' && key !== null && '_id' in key && operations.includes(String(key._id)),
  });
}

/** The session has ended: to the log-in, and back here afterwards. A whole load, so that nothing of the session stays in memory. */
function leaveForLogIn(): void {
  const { pathname, search } = window.location;
  window.location.assign(`/log-in?next=${encodeURIComponent(pathname + search)}`);
}
