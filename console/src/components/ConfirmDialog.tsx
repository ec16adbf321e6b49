import { Button, Dialog, DialogActions, DialogContent, DialogTitle } from '@mui/material';
import type { ReactNode } from 'react';
import { ProblemAlert } from '@/components/ProblemAlert';

interface Props {
  title: string;
  /** What will happen, and whether it can be undone. */
  children: ReactNode;
  /** The action's own word: "Revoke key", never "OK". */
  action: string;
  isDangerous?: boolean;
  isPending: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that other people or programs will notice. */
export function ConfirmDialog({
  title,
  children,
  action,
  isDangerous = false,
  isPending,
  error,
  onConfirm,
  onClose,
}: Props) {
  return (
    <Dialog open onClose={onClose} maxWidth="xs" aria-labelledby="confirm-title">
      <DialogTitle id="confirm-title">{title}</DialogTitle>
      <DialogContent sx={{ display: 'grid', gap: 2, color: 'text.secondary' }}>
        <div>{children}</div>
        <ProblemAlert error={error} />
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose} autoFocus={isDangerous}>
          Go back
        </Button>
        <Button
          variant="contained"
          color={isDangerous ? 'error' : 'primary'}
          loading={isPending}
          onClick={onConfirm}
          autoFocus={!isDangerous}
        >
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
