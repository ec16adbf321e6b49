import type { TextPart } from '@/api/generated';

export interface Fold {
  /** What is shown before the fold, and after it. */
  head: string;
  tail: string;
  lines: number;
}

const LINES_KEPT = 3;
const LEAST_FOLDED = 6;

/** How a long part that is the same can be shown in short: lines next to a change stay; null: it is short already. */
export function foldOf(text: string, isFirst: boolean, isLast: boolean): Fold | null {
  const lines = text.split('\n');
  const head = isFirst ? 0 : LINES_KEPT;
  const tail = isLast ? 0 : LINES_KEPT;
  const folded = lines.length - head - tail;
  if (folded < LEAST_FOLDED) return null;
  return {
    head: head > 0 ? `${lines.slice(0, head).join('\n')}\n` : '',
    tail: tail > 0 ? lines.slice(-tail).join('\n') : '',
    lines: folded,
  };
}

/** The parts that one side of a comparison shows. */
export function partsOf(parts: readonly TextPart[], side: 'before' | 'after'): TextPart[] {
  const other = side === 'before' ? 'added' : 'removed';
  return parts.filter((part) => part.change !== other);
}
