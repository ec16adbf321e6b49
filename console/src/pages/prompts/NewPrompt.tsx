import { useNavigate } from 'react-router';
import { PageHeader } from '@/components/PageHeader';
import { CreatePrompt } from '@/forms/CreatePrompt';

export default function NewPrompt() {
  const navigate = useNavigate();
  return (
    <>
      <PageHeader title="New prompt" trail={[{ label: 'Prompts', to: '/prompts' }]} />
      <CreatePrompt onDone={(promptId) => void navigate(`/prompts/${promptId}`)} />
    </>
  );
}
