import { parseEventStream, type ServerEvent } from '@/util/eventStream';

/** Where a followed stream stands. */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'ended' | 'refused';

export interface Follow {
  /** Opens the stream after the event with this id ("" for the beginning). Rejects or answers non-2xx when it cannot. */
  open: (lastEventId: string, signal: AbortSignal) => Promise<Response>;
  onEvent: (event: ServerEvent) => void;
  onConnection: (connection: Connection) => void;
  /** True once the stream has said its last word: its end is then an end, not a cut. */
  isOver: () => boolean;
  signal: AbortSignal;
  /** Waits before the next attempt; a test passes its own. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 10_000;

/**
 * Follows a stream to its end through any number of cuts, each time after the last event seen (`Last-Event-ID`).
 *
 * The wait doubles to 10 s with each attempt that brought nothing and starts over with the first event.
 * A 4xx other than 408 and 429 ends the following as "refused": asking again would not help.
 */
export async function followEvents({
  open,
  onEvent,
  onConnection,
  isOver,
  signal,
  wait = sleep,
}: Follow): Promise<void> {
  let lastEventId = '';
  let failures = 0;
  onConnection('connecting');
  while (!signal.aborted) {
    try {
      const response = await open(lastEventId, signal);
      if (isRefusal(response.status)) {
        onConnection('refused');
        return;
      }
      if (!response.ok || response.body === null) throw new Error(`stream answered ${response.status}`);
      onConnection('live');
      for await (const event of parseEventStream(response.body)) {
        failures = 0;
        // Events without an id (token deltas) leave the place to resume from where it is.
        lastEventId = event.lastEventId || lastEventId;
        onEvent(event);
      }
    } catch {
      // A cut, a refused connection, a 5xx: all the same to the reader, who is told "reconnecting" below.
    }
    if (isOver()) {
      onConnection('ended');
      return;
    }
    if (isAborted(signal)) return;
    onConnection('reconnecting');
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
    failures += 1;
    // Jitter, so that all consoles do not come back in the same moment after a restart.
    await wait(longest * (0.5 + Math.random() / 2), signal);
  }
}

function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** `signal.aborted`, past the compiler's belief that it cannot have changed since it was last read. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
