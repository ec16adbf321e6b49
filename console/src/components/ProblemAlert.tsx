import { Alert, AlertTitle, Box, Button, Typography } from '@mui/material';
import { asProblem, type FieldProblem } from '@/api/problem';
import { CopyButton } from '@/components/CopyButton';

interface Props {
  /** null: nothing is shown. */
  error: unknown;
  /** Faults to list; by default all that the problem has. A form passes those it could not show on a field. */
  faults?: readonly FieldProblem[];
  onRetry?: () => void;
}

/** What went wrong, what to do about it, and the request id to name to support. */
export function ProblemAlert({ error, faults, onRetry }: Props) {
  if (error === null || error === undefined) return null;
  const problem = asProblem(error);
  const listed = faults ?? problem.errors;
  const wait = problem.retryAfterS > 0 ? ` Try again in ${problem.retryAfterS} s.` : '';
  return (
    <Alert
      severity={problem.isPassing ? 'warning' : 'error'}
      role="alert"
      action={onRetry && <Button onClick={onRetry}>Try again</Button>}
      sx={{ '& .MuiAlert-action': { pt: 0.5 } }}
    >
      <AlertTitle sx={{ fontSize: 13.5, fontWeight: 600, mb: 0 }}>{problem.title}</AlertTitle>
      {problem.detail !== problem.title && problem.detail}
      {wait}
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
          sx={{ display: 'flex', alignItems: 'center', gap: 0.5, mt: 0.5 }}
        >
          Request <code>{problem.requestId}</code>
          <CopyButton text={problem.requestId} label="Copy the request id" />
        </Typography>
      )}
    </Alert>
  );
}
