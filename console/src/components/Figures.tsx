import { Box } from '@mui/material';
import { useEffect, useState } from 'react';
import { formatCount, formatMoney, type NanoUsd } from '@/util/money';
import { formatAbsolute, formatDuration, formatRelative } from '@/util/time';

/** An exact amount of integer nano-dollars. */
export function Money({ nanoUsd }: { nanoUsd: NanoUsd }) {
  return <span className="tabular">{formatMoney(nanoUsd)}</span>;
}

/** A count, with thousands separators. */
export function Count({ value }: { value: number | bigint }) {
  return <span className="tabular">{formatCount(value)}</span>;
}

interface Usage {
  input_tokens: number | bigint;
  output_tokens: number | bigint;
}

/** Tokens in and out; a dash where no model was used. */
export function Tokens({ usage }: { usage: Usage | null | undefined }) {
  if (!usage || (Number(usage.input_tokens) === 0 && Number(usage.output_tokens) === 0))
    return <span aria-label="no tokens">–</span>;
  return (
    <Box component="span" className="tabular" sx={{ whiteSpace: 'nowrap' }}>
      {formatCount(usage.input_tokens)} in · {formatCount(usage.output_tokens)} out
    </Box>
  );
}

/** "3 min ago", kept right, with the whole time on hover. */
export function Ago({ time }: { time: string | null | undefined }) {
  const now = useNow(time ? 30_000 : 0);
  if (!time) return <>–</>;
  return (
    <Box
      component="time"
      dateTime={time}
      title={formatAbsolute(time)}
      className="tabular"
      sx={{ whiteSpace: 'nowrap' }}
    >
      {formatRelative(time, now)}
    </Box>
  );
}

/** Time from start to end, or to now while there is no end. */
export function Elapsed({ start, end }: { start: string | null | undefined; end: string | null | undefined }) {
  const now = useNow(start && !end ? 100 : 0);
  if (!start) return <>–</>;
  const until = end ? Date.parse(end) : Math.max(now, Date.parse(start));
  return (
    <Box component="span" className="tabular" sx={{ whiteSpace: 'nowrap' }}>
      {formatDuration(until - Date.parse(start))}
    </Box>
  );
}

/** The present moment, renewed every `intervalMs`; 0: only when mounted. */
function useNow(intervalMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (intervalMs === 0) return undefined;
    const timer = setInterval(() => setNow(Date.now()), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs]);
  return now;
}
