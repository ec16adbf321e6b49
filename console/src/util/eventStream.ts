/** One event of a text/event-stream, as the WHATWG standard reads it. */
export interface ServerEvent {
  /** "message" when the stream names none. */
  type: string;
  data: string;
  /** Last id seen so far, this event's included; "" before the first. */
  lastEventId: string;
}

/** Reads a text/event-stream body. Ends with the body; an event that the end cuts off is dropped, as the standard says. */
export async function* parseEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent, void> {
  const decoder = new EventDecoder();
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* decoder.push(value);
    }
  } finally {
    // Stops the download when the reader of this generator leaves early.
    await reader.cancel().catch(() => undefined);
  }
}

/** Line by line state of one stream: takes text in pieces of any size. */
export class EventDecoder {
  private rest = '';
  private type = '';
  private data: string[] = [];
  private id = '';
  private isAfterCr = false;

  /** Takes the next piece; returns the events that it completed. */
  push(piece: string): ServerEvent[] {
    // CRLF may be cut in two: the CR has ended its line already, so the LF that follows it is no line of its own.
    const text = this.rest + (this.isAfterCr && piece.startsWith('\n') ? piece.slice(1) : piece);
    if (piece !== '') this.isAfterCr = piece.endsWith('\r');
    const lines = text.split(/\r\n|\n|\r/);
    this.rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.line(line) ?? []);
  }

  private line(line: string): ServerEvent | undefined {
    if (line === '') return this.dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return undefined; // a comment, sent to keep the connection open
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.type = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.id = value;
    return undefined;
  }

  private dispatch(): ServerEvent | undefined {
    const event = { type: this.type || 'message', data: this.data.join('\n'), lastEventId: this.id };
    const isEmpty = this.data.length === 0;
    this.type = '';
    this.data = [];
    return isEmpty ? undefined : event;
  }
}
