import { Alert } from '@mui/material';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import type { Provider } from '@/api/generated';
import { updateProviderMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import type { FieldProblem } from '@/api/problem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ProviderFields, splitModels, type ProviderValues } from '@/forms/fields/ProviderFields';

/** Changes a provider. Another host without a new key clears the key, so that it is never sent to a stranger. */
export function UpdateProvider({ provider, onClose }: { provider: Provider; onClose: () => void }) {
  const queryClient = useQueryClient();
  const form = useForm<ProviderValues>({
    defaultValues: {
      name: provider.name,
      base_url: provider.base_url,
      api_key: '',
      models: provider.models.join(', '),
    },
  });
  const [baseUrl, apiKey] = useWatch({ control: form.control, name: ['base_url', 'api_key'] });
  const [faults, setFaults] = useState<FieldProblem[]>([]);
  const update = useMutation({
    ...updateProviderMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'listProviders', 'listModels');
      onClose();
    },
    onError: (error) => setFaults(placeProblem(error, form)),
  });
  const submit = form.handleSubmit(({ api_key: key, models, ...rest }) =>
    update.mutate({
      path: { provider_id: provider.id },
      headers: { 'If-Match': `"${provider.etag}"` },
      body: { ...rest, models: splitModels(models), ...(key && { api_key: key }) },
    }),
  );
  const losesKey = provider.key_last_four !== '' && apiKey === '' && hostOf(baseUrl) !== hostOf(provider.base_url);
  return (
    <FormDialog
      title={`Edit ${provider.name}`}
      action="Save"
      isPending={update.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={update.error} faults={faults} />
      <ProviderFields
        control={form.control}
        keyHint={
          provider.key_last_four ? `Ends in ${provider.key_last_four}. Leave empty to keep it.` : 'None is stored.'
        }
      />
      {losesKey && (
        <Alert severity="warning">
          Another host: the stored key is cleared unless you enter one, so that it is never sent to a stranger.
        </Alert>
      )}
    </FormDialog>
  );
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return '';
  }
}
