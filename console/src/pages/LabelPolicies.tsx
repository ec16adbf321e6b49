import { Box, Button } from '@mui/material';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Lock, Plus } from 'lucide-react';
import { useState } from 'react';
import { useActorName } from '@/api/actorName';
import type { LabelPolicy } from '@/api/generated';
import { listLabelPoliciesInfiniteOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { Subline, type Column } from '@/components/DataTable';
import { EmptyState } from '@/components/EmptyState';
import { Ago } from '@/components/Figures';
import { MOVERS } from '@/components/LabelLock';
import { PagedTable, paging } from '@/components/PagedTable';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { CreateLabelPolicy } from '@/forms/CreateLabelPolicy';
import { DeleteLabelPolicy } from '@/forms/DeleteLabelPolicy';
import { UpdateLabelPolicy } from '@/forms/UpdateLabelPolicy';

export default function LabelPolicies() {
  const { can } = useSession();
  const nameOf = useActorName();
  const policies = useInfiniteQuery({ ...listLabelPoliciesInfiniteOptions(), ...paging });
  const [isCreating, setCreating] = useState(false);
  const [editing, setEditing] = useState<LabelPolicy>();
  const [removing, setRemoving] = useState<LabelPolicy>();
  const columns: Column<LabelPolicy>[] = [
    {
      header: 'Labels',
      cell: (policy) => (
        <>
          <code>{policy.label_pattern}</code>
          <Subline>
            {policy.prompt_prefix ? (
              <>
                of prompts that start with <code>{policy.prompt_prefix}</code>
              </>
            ) : (
              'of all prompts'
            )}
          </Subline>
        </>
      ),
    },
    {
      header: 'Moved by',
      cell: (policy) =>
        policy.is_frozen ? (
          <>
            Nobody: frozen
            <Subline>{policy.freeze_reason}</Subline>
          </>
        ) : (
          <>
            {MOVERS[policy.minimum_role]}
            {policy.is_reason_required && <Subline>with a reason</Subline>}
          </>
        ),
    },
    {
      header: 'Changed',
      isDetail: true,
      align: 'right',
      cell: (policy) => (
        <>
          <Ago time={policy.update_time} />
          <Subline>{nameOf(policy.actor_id)}</Subline>
        </>
      ),
    },
    {
      header: '',
      align: 'right',
      cell: (policy) =>
        can('prompts.protect') && (
          <Box sx={{ display: 'inline-flex', gap: 0.75, flexWrap: 'wrap', justifyContent: 'flex-end' }}>
            <Button onClick={() => setEditing(policy)}>Edit</Button>
            <Button onClick={() => setRemoving(policy)}>Remove</Button>
          </Box>
        ),
    },
  ];
  const create = can('prompts.protect') && (
    <Button variant="contained" color="primary" startIcon={<Plus size={15} />} onClick={() => setCreating(true)}>
      New policy
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Label policies"
        description="Who may move which labels of prompts. They hold here, for API keys and for every other way in."
        actions={create}
      />
      <Panel isFlush>
        <PagedTable
          label="Label policies"
          query={policies}
          columns={columns}
          rowKey={(policy) => policy.id}
          empty={
            <EmptyState icon={Lock} title="No label is protected" action={create}>
              Everybody who may move labels may move all of them. A policy says who moves production, asks for a reason,
              or freezes it for a while.
            </EmptyState>
          }
        />
      </Panel>
      {isCreating && <CreateLabelPolicy onClose={() => setCreating(false)} />}
      {editing && <UpdateLabelPolicy policy={editing} onClose={() => setEditing(undefined)} />}
      {removing && <DeleteLabelPolicy policy={removing} onClose={() => setRemoving(undefined)} />}
    </>
  );
}
