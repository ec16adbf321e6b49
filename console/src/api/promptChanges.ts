import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { VERSION_OPERATIONS, invalidate } from '@/api/queryClient';
import { followEvents } from '@/util/followEvents';

/** Keeps prompts on the screen as they are: whoever changes one elsewhere is seen here within a second. */
export function usePromptChanges(): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    const control = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      timer = undefined;
      void invalidate(queryClient, ...VERSION_OPERATIONS);
    };
    void followEvents({
      open: (_, signal) =>
        fetch('/v1/prompts/live', { headers: { Accept: 'text/event-stream' }, cache: 'no-store', signal }),
      // Also `ready` and `missed`: something may have happened while nobody listened. Many at once are one look.
      onEvent: ({ type }) => {
        if (type !== 'reconnect') timer ??= setTimeout(refresh, GATHER_MS);
      },
      onConnection: () => undefined,
      isOver: () => false,
      signal: control.signal,
    });
    return () => {
      control.abort();
      clearTimeout(timer);
    };
  }, [queryClient]);
}

const GATHER_MS = 100;
