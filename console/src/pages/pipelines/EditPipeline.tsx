import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { getPipelineOptions, getPipelineVersionOptions } from '@/api/generated/@tanstack/react-query.gen';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/Skeletons';
import { CreatePipelineVersion } from '@/forms/CreatePipelineVersion';

export default function EditPipeline() {
  const { pipelineId = '' } = useParams();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const path = { pipeline_id: pipelineId };
  const pipeline = useQuery(getPipelineOptions({ path }));
  const number = Number(search.get('from')) || (pipeline.data?.latest_version ?? 0);
  const base = useQuery({
    ...getPipelineVersionOptions({ path: { ...path, number } }),
    enabled: number > 0,
    staleTime: Infinity,
  });
  if (pipeline.isError || base.isError)
    return (
      <LoadFailed
        error={pipeline.error ?? base.error}
        what="pipeline"
        listPath="/pipelines"
        onRetry={() => void pipeline.refetch()}
      />
    );
  if (!pipeline.data || !base.data) return <PageSkeleton />;
  return (
    <>
      <PageHeader
        title={`Edit ${pipeline.data.name}`}
        description={`Begins with version ${base.data.number}. Saving makes version ${pipeline.data.latest_version + 1}; runs use it once it is published.`}
        trail={[
          { label: 'Pipelines', to: '/pipelines' },
          { label: pipeline.data.name, to: `/pipelines/${pipelineId}` },
        ]}
      />
      <CreatePipelineVersion
        key={base.data.number}
        pipeline={pipeline.data}
        base={base.data}
        onDone={(saved) => void navigate(`/pipelines/${pipelineId}?version=${saved}`)}
      />
    </>
  );
}
