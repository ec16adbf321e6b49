import { Box, Button, Link, Typography } from '@mui/material';
import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryResult } from '@tanstack/react-query';
import { Plus, Tag } from 'lucide-react';
import { useState } from 'react';
import { Link as RouterLink } from 'react-router';
import { useActorName } from '@/api/actorName';
import type { Prompt, PromptLabelEvent, PromptLabelState, PromptLabelStatePage } from '@/api/generated';
import { listPromptLabelHistoryInfiniteOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { Subline, type Column } from '@/components/DataTable';
import { EmptyState } from '@/components/EmptyState';
import { Ago } from '@/components/Figures';
import { LabelLock, protectionText } from '@/components/LabelLock';
import { PagedTable, paging } from '@/components/PagedTable';
import { Panel } from '@/components/Panel';
import { DeletePromptLabel } from '@/forms/DeletePromptLabel';
import { RollBackPromptLabel } from '@/forms/RollBackPromptLabel';
import { SetPromptLabel } from '@/forms/SetPromptLabel';

interface Props {
  prompt: Prompt;
  labels: UseInfiniteQueryResult<InfiniteData<PromptLabelStatePage>, unknown>;
}

/** Where the labels of a prompt stand, what protects them, and all that happened to them. */
export function PromptLabels({ prompt, labels }: Props) {
  const { can } = useSession();
  const nameOf = useActorName();
  const [dialog, setDialog] = useState<{ form: 'set' | 'remove' | 'rollBack'; state?: PromptLabelState }>();
  const close = () => setDialog(undefined);
  const columns: Column<PromptLabelState>[] = [
    { header: 'Label', cell: (state) => <LabelCell state={state} /> },
    {
      header: 'Points at',
      width: 150,
      cell: (state) => (
        <>
          <Link
            component={RouterLink}
            to={`/prompts/${prompt.id}?version=${state.version}`}
            sx={{ whiteSpace: 'nowrap' }}
          >
            Version {state.version}
          </Link>
          <Subline>
            {nameOf(state.actor_id)}, <Ago time={state.update_time} />
          </Subline>
        </>
      ),
    },
    {
      header: '',
      align: 'right',
      cell: (state) =>
        can('prompts.label') &&
        state.label !== 'latest' &&
        state.protection?.may_move !== false && (
          <Box sx={{ display: 'inline-flex', gap: 0.75, flexWrap: 'wrap', justifyContent: 'flex-end' }}>
            {state.rollback_version > 0 && (
              <Button
                onClick={() => setDialog({ form: 'rollBack', state })}
                aria-label={`Roll back to ${state.rollback_version}: ${state.label}`}
              >
                Roll back to {state.rollback_version}
              </Button>
            )}
            <Button onClick={() => setDialog({ form: 'set', state })} aria-label={`Move the label ${state.label}`}>
              Move
            </Button>
            <Button onClick={() => setDialog({ form: 'remove', state })} aria-label={`Remove the label ${state.label}`}>
              Remove
            </Button>
          </Box>
        ),
    },
  ];
  return (
    <Box sx={{ display: 'grid', gap: 2.5 }}>
      <Panel
        title="Labels"
        isFlush
        actions={
          can('prompts.label') && (
            <Button startIcon={<Plus size={13} />} onClick={() => setDialog({ form: 'set' })}>
              New label
            </Button>
          )
        }
      >
        <PagedTable label="Labels" query={labels} columns={columns} rowKey={(state) => state.label} empty={null} />
      </Panel>
      <History promptId={prompt.id} nameOf={nameOf} />
      {dialog?.form === 'set' && (
        <SetPromptLabel
          prompt={prompt}
          label={dialog.state?.label ?? ''}
          version={dialog.state?.version ?? prompt.latest_version}
          protection={dialog.state?.protection}
          onClose={close}
        />
      )}
      {dialog?.form === 'remove' && dialog.state && (
        <DeletePromptLabel
          prompt={prompt}
          label={dialog.state.label}
          protection={dialog.state.protection}
          onClose={close}
        />
      )}
      {dialog?.form === 'rollBack' && dialog.state && (
        <RollBackPromptLabel promptId={prompt.id} state={dialog.state} onClose={close} />
      )}
    </Box>
  );
}

function LabelCell({ state: { label, protection } }: { state: PromptLabelState }) {
  return (
    <>
      <Box component="span" sx={{ display: 'inline-flex', gap: 0.75, alignItems: 'center', fontWeight: 500 }}>
        {label}
        <LabelLock protection={protection} />
      </Box>
      {label === 'latest' && <Subline>Follows the newest version by itself</Subline>}
      {protection && (
        <Subline>
          <Link component={RouterLink} to="/label-policies" color="inherit">
            {protectionText(protection)}
          </Link>
        </Subline>
      )}
    </>
  );
}

const CHANGES: Record<PromptLabelEvent['change'], string> = {
  set: 'Moved',
  removed: 'Removed',
  rolled_back: 'Rolled back',
  recorded: 'Stood here when the history began',
};

function History({ promptId, nameOf }: { promptId: string; nameOf: (actorId: string) => string }) {
  const events = useInfiniteQuery({
    ...listPromptLabelHistoryInfiniteOptions({ path: { prompt_id: promptId } }),
    ...paging,
  });
  const columns: Column<PromptLabelEvent>[] = [
    {
      header: 'Label',
      cell: (event) => (
        <>
          <Box component="span" sx={{ fontWeight: 500 }}>
            {event.label}
          </Box>
          <Subline>{event.change === 'set' && event.from_version === 0 ? 'Set' : CHANGES[event.change]}</Subline>
        </>
      ),
    },
    { header: 'From → to', cell: (event) => <Way promptId={promptId} event={event} /> },
    {
      header: 'Reason',
      cell: (event) => (
        <>
          <Typography variant="body2" sx={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
            {event.reason || '–'}
          </Typography>
          <Subline>
            {nameOf(event.actor_id)}, <Ago time={event.create_time} />
          </Subline>
        </>
      ),
    },
  ];
  return (
    <Panel title="History" isFlush>
      <PagedTable
        label="History of labels"
        query={events}
        columns={columns}
        rowKey={(event) => String(event.sequence)}
        empty={
          <EmptyState icon={Tag} title="No label was ever set">
            Every time a label is set, moved, rolled back or removed, it stands here: who, when, from where to where,
            and why.
          </EmptyState>
        }
      />
    </Panel>
  );
}

function Way({ promptId, event: { label, from_version, to_version } }: { promptId: string; event: PromptLabelEvent }) {
  const name = (version: number) => (version > 0 ? `${version}` : 'none');
  const way = `${name(from_version)} → ${name(to_version)}`;
  return (
    <Box component="span" className="tabular" sx={{ whiteSpace: 'nowrap' }}>
      {from_version > 0 && to_version > 0 && from_version !== to_version ? (
        <Link
          component={RouterLink}
          to={`/prompts/${promptId}/compare?from=${from_version}&to=${to_version}`}
          aria-label={`${way}: what changed for ${label}`}
          title="Compare"
        >
          {way}
        </Link>
      ) : (
        way
      )}
    </Box>
  );
}
