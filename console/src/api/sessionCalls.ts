import { queryOptions } from '@tanstack/react-query';
import type {
  GetSessionErrors,
  GetSessionResponses,
  LogInData,
  LogInErrors,
  LogInResponses,
  LogOutErrors,
  LogOutResponses,
} from '@/api/generated';
import { client } from '@/api/generated/client.gen';

// What the log-in page and the frame of every page ask. The generated operations are one module: a page that needs any of
// them loads all that the console uses, so the first page has these few of its own, with the generated types.

export const SESSION_KEY = [{ _id: 'getSession' }] as const;

/** Who is calling. */
export const getSessionOptions = () =>
  queryOptions({
    queryKey: SESSION_KEY,
    queryFn: async ({ signal }) => {
      const call = { url: '/v1/session', signal, throwOnError: true } as const;
      return (await client.get<GetSessionResponses, GetSessionErrors, true>(call)).data;
    },
  });

/** Opens a browser session. */
export async function logIn(body: LogInData['body']) {
  const headers = { 'Content-Type': 'application/json' };
  const call = { url: '/v1/sessions', body, headers, throwOnError: true } as const;
  return (await client.post<LogInResponses, LogInErrors, true>(call)).data;
}

/** Ends the browser session. */
export async function logOut() {
  await client.delete<LogOutResponses, LogOutErrors, true>({ url: '/v1/session', throwOnError: true });
}
