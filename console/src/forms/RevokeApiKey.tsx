import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ApiKey } from '@/api/generated';
import { revokeApiKeyMutation } from '@/api/generated/@tanstack/react-query.gen';
import { invalidate } from '@/api/queryClient';
import { ConfirmDialog } from '@/components/ConfirmDialog';

/** Revokes a key for good. */
export function RevokeApiKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const queryClient = useQueryClient();
  const revoke = useMutation({
    ...revokeApiKeyMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'listApiKeys');
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Revoke ${apiKey.name}?`}
      action="Revoke the key"
      isDangerous
      isPending={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate({ path: { api_key_id: apiKey.id } })}
      onClose={onClose}
    >
      Programs that use{' '}
      <code>
        {apiKey.prefix}…{apiKey.last_four}
      </code>{' '}
      are refused within a second. This cannot be undone.
    </ConfirmDialog>
  );
}
