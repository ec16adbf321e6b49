import { Alert, Button } from '@mui/material';
import type { ReactNode } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';

interface Props {
  /** What archiving means for this kind of thing. */
  children: ReactNode;
  /** Absent: the role may not bring it back. */
  onUnarchive: (() => void) | undefined;
  isPending: boolean;
  error: unknown;
}

/** Says that the thing is archived, and offers to bring it back. */
export function ArchivedNotice({ children, onUnarchive, isPending, error }: Props) {
  return (
    <>
      <Alert
        severity="info"
        sx={{ mb: 2 }}
        action={
          onUnarchive && (
            <Button loading={isPending} onClick={onUnarchive}>
              Bring back
            </Button>
          )
        }
      >
        {children}
      </Alert>
      <ProblemAlert error={error} />
    </>
  );
}
