import { useEffect, useEffectEvent, useState } from 'react';
import type { ServerEvent } from '@/util/eventStream';
import { followEvents, type Connection } from '@/util/followEvents';
import { emptyTail, extend, isOver, type RunEvent, type RunTail, type TokenDelta } from '@/util/runEvents';

/**
 * Follows a run's events from the first to the last, through cuts, with the tokens between them.
 *
 * Tokens arrive faster than a screen can be drawn: what comes within a frame is shown at once.
 * `onEvents` is called with the numbered events of each drawing.
 */
export function useRunTail(
  runId: string,
  onEvents: (events: readonly RunEvent[]) => void,
): RunTail & { connection: Connection } {
  const [tail, setTail] = useState<RunTail>(emptyTail);
  const [connection, setConnection] = useState<Connection>('connecting');
  const heard = useEffectEvent(onEvents);
  useEffect(() => {
    const control = new AbortController();
    let current = emptyTail;
    let events: RunEvent[] = [];
    let deltas: TokenDelta[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer = undefined;
      current = extend(current, events, deltas);
      if (events.length > 0) heard(events);
      [events, deltas] = [[], []];
      setTail(current);
    };
    const onEvent = ({ type, data }: ServerEvent) => {
      if (type === 'reconnect' || type === 'problem') return; // the stream ends after both; the follower comes back
      if (type === 'delta') deltas.push(JSON.parse(data) as TokenDelta);
      else events.push(JSON.parse(data) as RunEvent);
      timer ??= setTimeout(draw, FRAME_MS);
    };
    void followEvents({
      open: (lastEventId, signal) => openTail(runId, lastEventId, signal),
      onEvent,
      onConnection: setConnection,
      isOver: () => isOver(extend(current, events, [])),
      signal: control.signal,
    });
    return () => {
      control.abort();
      clearTimeout(timer);
    };
  }, [runId]);
  return { ...tail, connection };
}

// A timer, not requestAnimationFrame: a hidden tab draws no frames, and its memory would grow.
const FRAME_MS = 40;

function openTail(runId: string, lastEventId: string, signal: AbortSignal): Promise<Response> {
  return fetch(`/v1/runs/${encodeURIComponent(runId)}/events`, {
    headers: { Accept: 'text/event-stream', ...(lastEventId && { 'Last-Event-ID': lastEventId }) },
    cache: 'no-store',
    signal,
  });
}
