import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Provider } from '@/api/generated';
import { deleteProviderMutation } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { ConfirmDialog } from '@/components/ConfirmDialog';

/** Removes a provider and its key. */
export function DeleteProvider({ provider, onClose }: { provider: Provider; onClose: () => void }) {
  const queryClient = useQueryClient();
  const remove = useMutation({
    ...deleteProviderMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'listProviders', 'listModels');
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Remove ${provider.name}?`}
      action="Remove the provider"
      isDangerous
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ path: { provider_id: provider.id } })}
      onClose={onClose}
    >
      Its key is destroyed. Live runs and calls that name its models fail from now on; what was used stays in the usage.
    </ConfirmDialog>
  );
}
