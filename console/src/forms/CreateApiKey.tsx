import { Alert, Box, Button, Dialog, DialogActions, DialogContent, DialogTitle, Typography } from '@mui/material';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useController, useForm } from 'react-hook-form';
import type { CreateApiKey as CreateApiKeyBody, CreatedApiKey } from '@/api/generated';
import { createApiKeyMutation } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { placeProblem } from '@/api/placeProblem';
import type { FieldProblem } from '@/api/problem';
import { invalidate } from '@/api/queryClient';
import { CopyButton } from '@/components/CopyButton';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SelectInput } from '@/components/SelectInput';
import { TextInput } from '@/components/TextInput';

type Role = NonNullable<CreateApiKeyBody['role']>;

interface Values {
  name: string;
  environment: 'test' | 'live';
  role: Role;
  /** Days from now; "" for never. */
  lifetime: '' | '7' | '30' | '90' | '365';
}

const ROLES: readonly { value: Role; label: string }[] = [
  { value: 'operator', label: 'Operator: runs, cancels, reads' },
  { value: 'editor', label: 'Editor: also writes prompts and pipelines' },
  { value: 'viewer', label: 'Viewer: reads' },
  { value: 'billing', label: 'Billing: usage, prices and costs' },
  { value: 'admin', label: 'Admin: everything but ownership' },
];

/** Creates a key, and shows it this one time. */
export function CreateApiKey({ onClose }: { onClose: () => void }) {
  const [created, setCreated] = useState<CreatedApiKey>();
  return created ? (
    <ShowKey created={created} onClose={onClose} />
  ) : (
    <KeyForm onCreated={setCreated} onClose={onClose} />
  );
}

function KeyForm({ onCreated, onClose }: { onCreated: (created: CreatedApiKey) => void; onClose: () => void }) {
  const queryClient = useQueryClient();
  const form = useForm<Values>({ defaultValues: { name: '', environment: 'test', role: 'operator', lifetime: '' } });
  const { field: environment } = useController({ control: form.control, name: 'environment' });
  const { field: role } = useController({ control: form.control, name: 'role' });
  const { field: lifetime } = useController({ control: form.control, name: 'lifetime' });
  const idempotent = useIdempotencyKey();
  const [faults, setFaults] = useState<FieldProblem[]>([]);
  const create = useMutation({
    ...createApiKeyMutation(),
    onSuccess: async (created) => {
      onCreated(created);
      await invalidate(queryClient, 'listApiKeys');
    },
    onError: (error) => setFaults(placeProblem(error, form, { expire_time: 'lifetime' })),
  });
  const submit = form.handleSubmit((values) => {
    const { lifetime: days, ...rest } = values;
    const body = { ...rest, ...(days && { expire_time: endOf(Number(days)) }) };
    create.mutate({ body, headers: idempotent(values) });
  });
  return (
    <FormDialog
      title="New API key"
      action="Create the key"
      isPending={create.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={create.error} faults={faults} />
      <TextInput
        control={form.control}
        name="name"
        label="Name"
        autoFocus
        placeholder="nightly evaluation"
        helperText="Where it is used, so that you know it later."
        rules={{ required: 'Name the key' }}
      />
      <SelectInput
        label="Environment"
        value={environment.value}
        onChange={environment.onChange}
        options={[
          { value: 'test', label: 'Test: the simulator answers, at no price' },
          { value: 'live', label: 'Live: your providers answer' },
        ]}
      />
      <SelectInput
        label="May"
        value={role.value}
        options={ROLES}
        onChange={role.onChange}
        helperText="A key cannot hold more than you do."
      />
      <SelectInput
        label="Ends"
        value={lifetime.value}
        onChange={lifetime.onChange}
        options={[
          { value: '', label: 'Never, until it is revoked' },
          { value: '7', label: 'In 7 days' },
          { value: '30', label: 'In 30 days' },
          { value: '90', label: 'In 90 days' },
          { value: '365', label: 'In a year' },
        ]}
      />
    </FormDialog>
  );
}

function ShowKey({ created, onClose }: { created: CreatedApiKey; onClose: () => void }) {
  return (
    <Dialog open aria-labelledby="key-title">
      <DialogTitle id="key-title">{created.api_key.name}</DialogTitle>
      <DialogContent sx={{ display: 'grid', gap: 2 }}>
        <Alert severity="warning">Copy the key now. It is not stored in a form that could be shown again.</Alert>
        <Secret text={created.secret} what="key" testId="api-key-secret" />
        <Typography variant="body2" color="textSecondary">
          Clients that ask for a key pair, such as the Langfuse SDKs, take this as the secret key, and as the public key
          its beginning:
        </Typography>
        <Secret text={created.api_key.prefix} what="public key" testId="api-key-public" />
      </DialogContent>
      <DialogActions>
        <Button variant="contained" color="primary" onClick={onClose}>
          I have copied it
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Secret({ text, what, testId }: { text: string; what: string; testId: string }) {
  return (
    <Box
      sx={{
        display: 'flex',
        flexDirection: { xs: 'column', sm: 'row' },
        gap: 1,
        alignItems: { xs: 'flex-start', sm: 'center' },
        p: 1.5,
        borderRadius: 1.5,
        bgcolor: 'subtle',
        border: 1,
        borderColor: 'divider',
      }}
    >
      <Box
        component="code"
        data-testid={testId}
        sx={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere', userSelect: 'all' }}
      >
        {text}
      </Box>
      <CopyButton isButton text={text} label={`Copy the ${what}`} />
    </Box>
  );
}

function endOf(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}
