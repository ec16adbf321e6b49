import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { createQueryClient } from '@/api/queryClient';
import { LogIn } from '@/forms/LogIn';

/** The network's edge: what the gateway would answer. */
function gatewayAnswers(status: number, body: object, headers: Record<string, string> = {}) {
  const fetch = vi.fn<typeof globalThis.fetch>(() =>
    Promise.resolve(
      new Response(JSON.stringify(body), {
        status,
        headers: { 'Content-Type': 'application/problem+json', ...headers },
      }),
    ),
  );
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

const problem = {
  title: 'The input is not valid',
  detail: 'not valid: email',
  reason: 'INVALID_ARGUMENT',
  request_id: 'req_7',
  errors: [],
};

async function logIn(onDone = vi.fn()) {
  render(
    <QueryClientProvider client={createQueryClient()}>
      <LogIn onDone={onDone} />
    </QueryClientProvider>,
  );
  const user = userEvent.setup();
  await user.type(screen.getByLabelText('E-mail'), 'ada@example.com');
  await user.type(screen.getByLabelText('Password'), 'correct horse');
  await user.click(screen.getByRole('button', { name: 'Log in' }));
  return onDone;
}

beforeEach(() => vi.unstubAllGlobals());

it('shows a fault that the server found on the field it names, and names the request', async () => {
  gatewayAnswers(422, { ...problem, errors: [{ field: 'email', detail: 'is not an e-mail address' }] });
  const done = await logIn();
  expect(await screen.findByText('Is not an e-mail address')).toBeInTheDocument();
  expect(screen.getByLabelText('E-mail')).toBeInvalid();
  expect(screen.getByLabelText('Password')).toBeValid();
  expect(screen.getByText('req_7')).toBeInTheDocument();
  expect(done).not.toHaveBeenCalled();
});

it('says how long to wait when there were too many tries', async () => {
  gatewayAnswers(
    429,
    { ...problem, title: 'A limit is reached', detail: 'Too many attempts.' },
    { 'Retry-After': '30' },
  );
  await logIn();
  expect(await screen.findByText(/Try again in 30 s/)).toBeInTheDocument();
});

it('tells a server that is away from a password that is wrong', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  await logIn();
  expect(await screen.findByText('PromptPilot cannot be reached')).toBeInTheDocument();
});

it('asks for what is missing without asking the server', async () => {
  const fetch = gatewayAnswers(201, {});
  render(
    <QueryClientProvider client={createQueryClient()}>
      <LogIn onDone={vi.fn()} />
    </QueryClientProvider>,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Log in' }));
  expect(await screen.findByText('Enter your e-mail address')).toBeInTheDocument();
  expect(fetch).not.toHaveBeenCalled();
});

it('goes on once the session is open', async () => {
  gatewayAnswers(201, { csrf_token: 'x' }, { 'Content-Type': 'application/json' });
  const done = await logIn();
  await waitFor(() => expect(done).toHaveBeenCalledOnce());
});
