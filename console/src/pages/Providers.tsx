import { Box, Button, Typography } from '@mui/material';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Plug, Plus } from 'lucide-react';
import { useState } from 'react';
import type { Provider } from '@/api/generated';
import { listProvidersInfiniteOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { Subline, type Column } from '@/components/DataTable';
import { EmptyState } from '@/components/EmptyState';
import { Ago } from '@/components/Figures';
import { PagedTable, paging } from '@/components/PagedTable';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { CreateProvider } from '@/forms/CreateProvider';
import { DeleteProvider } from '@/forms/DeleteProvider';
import { UpdateProvider } from '@/forms/UpdateProvider';

export default function Providers() {
  const { can } = useSession();
  const providers = useInfiniteQuery({ ...listProvidersInfiniteOptions(), ...paging });
  const [isCreating, setCreating] = useState(false);
  const [editing, setEditing] = useState<Provider>();
  const [removing, setRemoving] = useState<Provider>();
  const columns: Column<Provider>[] = [
    {
      header: 'Name',
      cell: (provider) => (
        <>
          {provider.name}
          <Subline>{provider.base_url}</Subline>
        </>
      ),
    },
    {
      header: 'Key',
      cell: (provider) =>
        provider.key_last_four ? (
          <code>••••{provider.key_last_four}</code>
        ) : (
          <Typography variant="body2" color="textSecondary">
            none
          </Typography>
        ),
    },
    {
      header: 'Models',
      isDetail: true,
      cell: (provider) => (provider.models.includes('*') ? 'any' : provider.models.join(', ')),
    },
    { header: 'Changed', isDetail: true, align: 'right', cell: (provider) => <Ago time={provider.update_time} /> },
    {
      header: '',
      align: 'right',
      cell: (provider) =>
        can('providers.manage') && (
          <Box sx={{ display: 'inline-flex', gap: 0.75 }}>
            <Button onClick={() => setEditing(provider)}>Edit</Button>
            <Button onClick={() => setRemoving(provider)}>Remove</Button>
          </Box>
        ),
    },
  ];
  const create = can('providers.manage') && (
    <Button variant="contained" color="primary" startIcon={<Plus size={15} />} onClick={() => setCreating(true)}>
      Add a provider
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Providers"
        description="Who answers live runs and calls. Test mode needs none: the simulator answers."
        actions={create}
      />
      <Panel isFlush>
        <PagedTable
          label="Providers"
          query={providers}
          columns={columns}
          rowKey={(provider) => provider.id}
          empty={
            <EmptyState icon={Plug} title="No providers yet" action={create}>
              Everything can be tried in test mode. Add a provider when you want real models to answer: any service that
              speaks OpenAI&apos;s API.
            </EmptyState>
          }
        />
      </Panel>
      {isCreating && <CreateProvider onClose={() => setCreating(false)} />}
      {editing && <UpdateProvider provider={editing} onClose={() => setEditing(undefined)} />}
      {removing && <DeleteProvider provider={removing} onClose={() => setRemoving(undefined)} />}
    </>
  );
}
