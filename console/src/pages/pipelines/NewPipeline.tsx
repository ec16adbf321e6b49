import { useNavigate } from 'react-router';
import { PageHeader } from '@/components/PageHeader';
import { CreatePipeline } from '@/forms/CreatePipeline';

export default function NewPipeline() {
  const navigate = useNavigate();
  return (
    <>
      <PageHeader title="New pipeline" trail={[{ label: 'Pipelines', to: '/pipelines' }]} />
      <CreatePipeline onDone={(pipelineId) => void navigate(`/pipelines/${pipelineId}`)} />
    </>
  );
}
