import { Alert, Button, Chip } from '@mui/material';
import { Square } from 'lucide-react';
import { useState } from 'react';
import type { Run } from '@/api/generated';
import { useSession } from '@/api/session';
import { CopyButton } from '@/components/CopyButton';
import { PageHeader } from '@/components/PageHeader';
import { StateChip } from '@/components/StateChip';
import { CancelRun } from '@/forms/CancelRun';
import type { Connection } from '@/util/followEvents';

interface Props {
  run: Run;
  connection: Connection;
  /** The run could not be read again: what is shown is what was known last. */
  isStale: boolean;
}

/** What runs, how it stands, and the way to stop it. */
export function RunHeader({ run, connection, isStale }: Props) {
  const { can } = useSession();
  const [isCancelling, setCancelling] = useState(false);
  const isActive = !run.end_time;
  return (
    <>
      <PageHeader
        title={`${run.pipeline_name} v${run.pipeline_version}`}
        trail={[
          { label: 'Runs', to: '/runs' },
          { label: run.pipeline_name, to: `/pipelines/${run.pipeline_id}?version=${run.pipeline_version}` },
        ]}
        badge={
          <>
            <span role="status" aria-live="polite">
              <StateChip state={run.state} />
            </span>
            <Chip label={run.mode} />
            {isActive && <LiveMark connection={connection} />}
          </>
        }
        description={
          <>
            <code>{run.id}</code> <CopyButton text={run.id} label="Copy the run id" />
          </>
        }
        actions={
          isActive &&
          can('runs.cancel') && (
            <Button
              color="error"
              startIcon={<Square size={13} />}
              disabled={run.is_cancel_requested}
              onClick={() => setCancelling(true)}
            >
              {run.is_cancel_requested ? 'Cancelling' : 'Cancel the run'}
            </Button>
          )
        }
      />
      <Notices run={run} connection={connection} isStale={isStale} />
      {isCancelling && <CancelRun runId={run.id} onClose={() => setCancelling(false)} />}
    </>
  );
}

/** What a reader must know to trust what the page shows. */
function Notices({ run, connection, isStale }: Props) {
  return (
    <>
      {run.state === 'owner_lost' && (
        <Alert severity="warning" sx={{ mb: 2 }}>
          The worker <code>{run.worker_id}</code> stopped answering. Another takes the run over at its last finished
          step
          {run.lease_until ? ` once its lease has ended, at ${new Date(run.lease_until).toLocaleTimeString()}` : ''}.
          Nothing that was finished is done again.
        </Alert>
      )}
      {run.state === 'queued' && (
        <Alert severity="info" sx={{ mb: 2 }}>
          Accepted, and waiting for a free worker.
        </Alert>
      )}
      {run.epoch > 1 && (
        <Alert severity="info" sx={{ mb: 2 }}>
          Taken over {run.epoch - 1 === 1 ? 'once' : `${run.epoch - 1} times`} after a worker was lost. A step that was
          cut off may have called its provider twice; only a recorded answer is billed.
        </Alert>
      )}
      {(isStale || connection === 'reconnecting') && !run.end_time && (
        <Alert severity="warning" role="status" sx={{ mb: 2 }}>
          {isStale
            ? 'The service that runs it cannot be asked at the moment: this is what was known last. Trying again.'
            : 'The live connection is cut; trying again. The run itself goes on.'}
        </Alert>
      )}
      {run.error && (
        <Alert severity="error" sx={{ mb: 2 }}>
          {run.error.step_id && <code>{run.error.step_id}: </code>}
          {run.error.message} <code>({run.error.reason})</code>
        </Alert>
      )}
    </>
  );
}

const MARKS: Record<Connection, string> = {
  connecting: 'connecting',
  live: 'live',
  reconnecting: 'reconnecting',
  ended: '',
  refused: 'not live',
};

function LiveMark({ connection }: { connection: Connection }) {
  return MARKS[connection] ? (
    <Chip label={MARKS[connection]} color={connection === 'live' ? 'success' : 'warning'} />
  ) : null;
}
