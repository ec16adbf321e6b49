import { describe, expect, it } from 'vitest';
import { EventDecoder, parseEventStream } from '@/util/eventStream';
import { followEvents, type Connection } from '@/util/followEvents';

function body(...pieces: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
}

async function all(stream: ReadableStream<Uint8Array>) {
  const events = [];
  for await (const event of parseEventStream(stream)) events.push(event);
  return events;
}

describe('an event stream', () => {
  it('joins data lines, skips comments, keeps the id until the next one', async () => {
    const text = ': ping\n\nid: 7\nevent: delta\ndata: one\ndata:  two\n\ndata: three\n\n';
    expect(await all(body(text))).toEqual([
      { type: 'delta', data: 'one\n two', lastEventId: '7' },
      { type: 'message', data: 'three', lastEventId: '7' },
    ]);
  });

  it('reads the same events however the bytes are cut, CRLF and multi-byte letters included', async () => {
    const bytes = new TextEncoder().encode('id: 1\r\ndata: grüße 🚀\r\n\r\nid: 2\rdata: b\r\r');
    const whole = await all(body(bytes));
    const cut = await all(body(...Array.from(bytes, (byte) => Uint8Array.of(byte))));
    expect(cut).toEqual(whole);
    expect(whole.map((event) => event.data)).toEqual(['grüße 🚀', 'b']);
  });

  it('drops an event that the end of the stream cut off', () => {
    const decoder = new EventDecoder();
    expect(decoder.push('data: whole\n\ndata: ha')).toHaveLength(1);
    expect(decoder.push('lf\n')).toEqual([]);
  });
});

describe('following a stream', () => {
  async function follow(answers: ((lastEventId: string) => Response)[], isOver: () => boolean) {
    const asked: string[] = [];
    const seen: string[] = [];
    const connections: Connection[] = [];
    await followEvents({
      open: (lastEventId) => {
        asked.push(lastEventId);
        const answer = answers.shift();
        return answer ? Promise.resolve(answer(lastEventId)) : Promise.reject(new TypeError('no network'));
      },
      onEvent: (event) => seen.push(event.data),
      onConnection: (connection) => connections.push(connection),
      isOver: () => isOver() || seen.includes('end'),
      signal: new AbortController().signal,
      wait: () => Promise.resolve(),
    });
    return { asked, seen, connections };
  }

  it('comes back after a cut with the last numbered event, also when only deltas followed it', async () => {
    const { asked, seen, connections } = await follow(
      [
        () => new Response(body('id: 4\ndata: a\n\n')),
        () => new Response(body('event: delta\ndata: t\n\n')),
        () => new Response(null, { status: 503 }),
        () => new Response(body('id: 5\ndata: end\n\n')),
      ],
      () => false,
    );
    expect(asked).toEqual(['', '4', '4', '4']);
    expect(seen).toEqual(['a', 't', 'end']);
    expect(connections.at(-1)).toBe('ended');
    expect(connections).toContain('reconnecting');
  });

  it('does not ask again when it may not look', async () => {
    const { asked, connections } = await follow([() => new Response(null, { status: 404 })], () => false);
    expect(asked).toHaveLength(1);
    expect(connections.at(-1)).toBe('refused');
  });
});
