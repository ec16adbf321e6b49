import { useRef } from 'react';

/**
 * Header that makes a command safe to send again: the same body keeps its key, so a retry after a lost answer does not
 * create a second thing; another body is another command and gets a new one.
 */
export function useIdempotencyKey(): (body: unknown) => { 'Idempotency-Key': string } {
  const last = useRef({ body: '', key: '' });
  return (body) => {
    const text = JSON.stringify(body);
    if (text !== last.current.body) last.current = { body: text, key: crypto.randomUUID() };
    return { 'Idempotency-Key': last.current.key };
  };
}
