import { Button, Chip } from '@mui/material';
import { useInfiniteQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import type { ApiKey } from '@/api/generated';
import { listApiKeysInfiniteOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { Subline, type Column } from '@/components/DataTable';
import { EmptyState } from '@/components/EmptyState';
import { Ago } from '@/components/Figures';
import { PagedTable, paging } from '@/components/PagedTable';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { StateChip } from '@/components/StateChip';
import { CreateApiKey } from '@/forms/CreateApiKey';
import { RevokeApiKey } from '@/forms/RevokeApiKey';

export default function ApiKeys() {
  const { can } = useSession();
  const keys = useInfiniteQuery({ ...listApiKeysInfiniteOptions(), ...paging });
  const [isCreating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey>();
  const columns: Column<ApiKey>[] = [
    {
      header: 'Name',
      cell: (key) => (
        <>
          {key.name}
          <Subline>
            <code>
              {key.prefix}…{key.last_four}
            </code>
          </Subline>
        </>
      ),
    },
    { header: 'State', cell: (key) => <StateChip state={stateOf(key)} /> },
    { header: 'Environment', isDetail: true, cell: (key) => <Chip label={key.environment} /> },
    { header: 'Role', isDetail: true, cell: (key) => key.role },
    { header: 'Created', isDetail: true, align: 'right', cell: (key) => <Ago time={key.create_time} /> },
    {
      header: 'Ends',
      isDetail: true,
      align: 'right',
      cell: (key) => (key.expire_time ? <Ago time={key.expire_time} /> : 'never'),
    },
    {
      header: '',
      align: 'right',
      cell: (key) =>
        can('api_keys.manage') && !key.revoke_time && <Button onClick={() => setRevoking(key)}>Revoke</Button>,
    },
  ];
  const create = can('api_keys.manage') && (
    <Button variant="contained" color="primary" startIcon={<Plus size={15} />} onClick={() => setCreating(true)}>
      New API key
    </Button>
  );
  return (
    <>
      <PageHeader
        title="API keys"
        description="What programs log in with. Test keys reach the simulator only."
        actions={create}
      />
      <Panel isFlush>
        <PagedTable
          label="API keys"
          query={keys}
          columns={columns}
          rowKey={(key) => key.id}
          empty={
            <EmptyState icon={KeyRound} title="No API keys yet" action={create}>
              Make a test key and start a run from your own program: nothing it does costs anything.
            </EmptyState>
          }
        />
      </Panel>
      {isCreating && <CreateApiKey onClose={() => setCreating(false)} />}
      {revoking && <RevokeApiKey apiKey={revoking} onClose={() => setRevoking(undefined)} />}
    </>
  );
}

function stateOf(key: ApiKey): string {
  if (key.revoke_time) return 'revoked';
  return key.expire_time && Date.parse(key.expire_time) <= Date.now() ? 'expired' : 'active';
}
