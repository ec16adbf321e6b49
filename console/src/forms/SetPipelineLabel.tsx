import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import type { Pipeline } from '@/api/generated';
import { setPipelineLabelMutation } from '@/api/generated/@tanstack/react-query.gen';
import { placeProblem } from '@/api/placeProblem';
import { invalidate } from '@/api/queryClient';
import { LabelForm, type LabelValues } from '@/forms/fields/LabelForm';

interface Props {
  pipeline: Pipeline;
  /** The label to move; empty: a new one. */
  label: string;
  /** The version to offer first. */
  version: number;
  onClose: () => void;
}

/** Points a label at a version of a pipeline. */
export function SetPipelineLabel({ pipeline, label, version, onClose }: Props) {
  const queryClient = useQueryClient();
  const form = useForm<LabelValues>({ defaultValues: { label, version: String(version) } });
  const set = useMutation({
    ...setPipelineLabelMutation(),
    onSuccess: async () => {
      await invalidate(queryClient, 'getPipeline', 'listPipelines');
      onClose();
    },
    onError: (error) => placeProblem(error, form),
  });
  const submit = form.handleSubmit((values) =>
    set.mutate({ path: { pipeline_id: pipeline.id, label: values.label }, body: { version: Number(values.version) } }),
  );
  return (
    <LabelForm
      form={form}
      labels={pipeline.labels}
      latestVersion={pipeline.latest_version}
      existing={label}
      error={set.error}
      isPending={set.isPending}
      onSubmit={() => void submit()}
      onClose={onClose}
    />
  );
}
