import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { createProviderMutation } from '@/api/generated/@tanstack/react-query.gen';
import { useIdempotencyKey } from '@/api/idempotency';
import { placeProblem } from '@/api/placeProblem';
import type { FieldProblem } from '@/api/problem';
import { invalidate } from '@/api/queryClient';
import { FormDialog } from '@/components/FormDialog';
import { ProblemAlert } from '@/components/ProblemAlert';
import { ProviderFields, splitModels, type ProviderValues } from '@/forms/fields/ProviderFields';

/** Adds a model provider that speaks OpenAI's API. */
export function CreateProvider({ onClose }: { onClose: () => void }) {
  const queryClient = useQueryClient();
  const form = useForm<ProviderValues>({ defaultValues: { name: '', base_url: '', api_key: '', models: '' } });
  const idempotent = useIdempotencyKey();
  const [faults, setFaults] = useState<FieldProblem[]>([]);
  const create = useMutation({
    ...createProviderMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'listProviders', 'listModels');
      onClose();
    },
    onError: (error) => setFaults(placeProblem(error, form)),
  });
  const submit = form.handleSubmit((values) => {
    const body = { ...values, kind: 'openai_compatible' as const, models: splitModels(values.models) };
    create.mutate({ body, headers: idempotent(body) });
  });
  return (
    <FormDialog
      title="Add a provider"
      action="Add"
      isPending={create.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <ProblemAlert error={create.error} faults={faults} />
      <ProviderFields
        control={form.control}
        keyHint="Sealed when saved and never shown again; only its last four characters are."
      />
    </FormDialog>
  );
}
