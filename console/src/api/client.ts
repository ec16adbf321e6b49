import type { QueryClient } from '@tanstack/react-query';
import { client } from '@/api/generated/client.gen';
import { readProblem } from '@/api/problem';
import { SESSION_KEY } from '@/api/sessionCalls';

const SAFE_METHODS = ['GET', 'HEAD'];
// Of 16 digits and more: a double may not hold it. Quotes inside JSON texts are escaped, so this cannot match there.
const LARGE_AMOUNT = /("[a-z_]*nano_usd[a-z_]*":\s*)(-?\d{16,})/g;

/** Gives every request what the gateway asks of browsers, and every error one form. Once, at start. */
export function connectClient(queryClient: QueryClient): void {
  client.interceptors.request.use((request) => {
    if (!SAFE_METHODS.includes(request.method)) request.headers.set('X-CSRF-Token', csrfToken(queryClient));
    return request;
  });
  client.interceptors.response.use(keepAmountsExact);
  client.interceptors.error.use((error, response) => readProblem(error, response));
}

/** Headers of requests that the generated client cannot make: streams that answer a POST. */
export function streamHeaders(queryClient: QueryClient): Record<string, string> {
  return { Accept: 'text/event-stream', 'Content-Type': 'application/json', 'X-CSRF-Token': csrfToken(queryClient) };
}

/** Puts amounts beyond 2^53 nano-dollars (nine million dollars) in quotes before JSON.parse rounds them; `Money` reads both. */
async function keepAmountsExact(response: Response): Promise<Response> {
  if (!response.ok || !/\/(usage|usage-records|cost|ledger-transactions|prices)(\?|$)/.test(response.url))
    return response;
  const { status, headers } = response;
  return new Response((await response.text()).replace(LARGE_AMOUNT, '$1"$2"'), { status, headers });
}

function csrfToken(queryClient: QueryClient): string {
  return queryClient.getQueryData<{ csrf_token: string }>(SESSION_KEY)?.csrf_token ?? '';
}
