import { Button } from '@mui/material';
import { SearchX } from 'lucide-react';
import { Link } from 'react-router';
import { asProblem } from '@/api/problem';
import { EmptyState } from '@/components/EmptyState';
import { ProblemAlert } from '@/components/ProblemAlert';

interface Props {
  error: unknown;
  /** What was looked for: "run". */
  what: string;
  /** Where all of them are. */
  listPath: string;
  onRetry: () => void;
}

/** In place of a page whose thing could not be read: it is not there, or it may be in a moment. */
export function LoadFailed({ error, what, listPath, onRetry }: Props) {
  if (asProblem(error).status !== 404) return <ProblemAlert error={error} onRetry={onRetry} />;
  return (
    <EmptyState
      icon={SearchX}
      title={`There is no such ${what}`}
      action={
        <Button component={Link} to={listPath}>
          All {what}s
        </Button>
      }
    >
      The address may be mistyped, or it belongs to another workspace.
    </EmptyState>
  );
}
