/** One field at fault, by its path in the request: "content.variables[2].name". */
export interface FieldProblem {
  field: string;
  detail: string;
}

/** An RFC 9457 problem of the gateway, or what stands for one when no answer came. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    /** HTTP status; 0 when the gateway could not be reached. */
    readonly status: number,
    /** Stable, for programs: PROMPT_NOT_FOUND, UNREACHABLE … */
    readonly reason: string,
    readonly title: string,
    readonly detail: string,
    /** Finds the request in the logs; "" when there was no answer. */
    readonly requestId: string,
    readonly errors: readonly FieldProblem[],
    /** From Retry-After; 0 when the answer names none. */
    readonly retryAfterS: number,
  ) {
    super(detail || title);
  }

  get isUnauthenticated(): boolean {
    return this.status === 401;
  }

  /** Asking again may help without the user changing anything. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Reads an answer's body, of whatever form, as a problem. */
export function readProblem(body: unknown, response: Response | undefined): Problem {
  if (body instanceof Problem) return body;
  if (response === undefined) {
    return new Problem(
      0,
      'UNREACHABLE',
      'PromptPilot cannot be reached',
      'Check the connection, then try again.',
      '',
      [],
      0,
    );
  }
  const document: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
  const text = (key: string) => (typeof document[key] === 'string' ? document[key] : '');
  return new Problem(
    response.status,
    text('reason') || `HTTP_${response.status}`,
    text('title') || 'Something went wrong',
    text('detail'),
    text('request_id') || (response.headers.get('x-request-id') ?? ''),
    Array.isArray(document.errors) ? document.errors.filter(isFieldProblem) : [],
    Number(response.headers.get('retry-after') ?? 0) || 0,
  );
}

/** Any thrown thing as a problem, for places that show errors of all origins. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return readProblem(undefined, undefined); // what fetch throws without a network
  return new Problem(
    0,
    'INTERNAL',
    'Something went wrong',
    error instanceof Error ? error.message : String(error),
    '',
    [],
    0,
  );
}

/** A server's words as a sentence of ours begins: with a capital. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return typeof value === 'object' && value !== null && 'field' in value && 'detail' in value;
}
