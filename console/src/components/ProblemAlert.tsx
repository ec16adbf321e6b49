import { Alert, AlertTitle, Box, Button, Typography } from '@mui/material';
import { useEffect, useRef } from 'react';
import { asProblem, sentence, type FieldProblem, type Problem } from '@/api/problem';
import { CopyButton } from '@/components/CopyButton';

interface Props {
  /** null: nothing is shown. */
  error: unknown;
  /** Faults to list; by default all that the problem has. A form passes those it could not show on a field. */
  faults?: readonly FieldProblem[];
  onRetry?: () => void;
}

/** What went wrong, what to do about it, and the request id to name to support. Comes into sight by itself. */
export function ProblemAlert({ error, faults, onRetry }: Props) {
  const alert = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error) alert.current?.scrollIntoView({ block: 'nearest' });
  }, [error]);
  if (error === null || error === undefined) return null;
  const problem = asProblem(error);
  const listed = faults ?? problem.errors;
  return (
    <Alert
      ref={alert}
      severity={problem.isPassing ? 'warning' : 'error'}
      role="alert"
      action={onRetry && <Button onClick={onRetry}>Try again</Button>}
      sx={{ scrollMargin: 80, '& .MuiAlert-action': { pt: 0.5 } }}
    >
      <AlertTitle sx={{ fontSize: 13.5, fontWeight: 600, mb: 0 }}>{headline(problem, listed)}</AlertTitle>
      {advice(problem)}
      {listed.length > 0 && (
        <Box component="ul" sx={{ m: 0, mt: 0.5, pl: 2.25 }}>
          {listed.map((fault) => (
            <li key={`${fault.field} ${fault.detail}`}>
              <code>{fault.field}</code>: {fault.detail}
            </li>
          ))}
        </Box>
      )}
      {problem.requestId && (
        <Typography
          variant="caption"
          color="textSecondary"
          sx={{ display: 'flex', alignItems: 'center', gap: 0.5, mt: 0.25 }}
        >
          Request <code>{problem.requestId}</code>
          <CopyButton text={problem.requestId} label="Copy the request id" />
        </Typography>
      )}
    </Alert>
  );
}

/** What is known beside the headline: the particular cause, and when to try again. */
function advice({ isPassing, title, detail, retryAfterS }: Problem): string {
  const cause = isPassing && detail !== title ? sentence(detail).replace(/([^.!?])$/, '$1.') : '';
  return retryAfterS > 0 ? `${cause} Try again in ${retryAfterS} s.`.trim() : cause;
}

/** The particular before the general: titles only name the kind of problem. */
function headline(problem: Problem, listed: readonly FieldProblem[]): string {
  if (problem.isPassing) return problem.title;
  if (problem.errors.length > 0) return listed.length > 0 ? problem.title : 'Some fields need a correction';
  return sentence(problem.detail || problem.title);
}
