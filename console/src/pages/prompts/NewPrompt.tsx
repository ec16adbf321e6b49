import { Button } from '@mui/material';
import { BookOpen } from 'lucide-react';
import { Link, useNavigate } from 'react-router';
import { PageHeader } from '@/components/PageHeader';
import { CreatePrompt } from '@/forms/CreatePrompt';

export default function NewPrompt() {
  const navigate = useNavigate();
  return (
    <>
      <PageHeader
        title="New prompt"
        trail={[{ label: 'Prompts', to: '/prompts' }]}
        actions={
          <Button component={Link} to="/prompts/library" startIcon={<BookOpen size={15} />}>
            Start from a template
          </Button>
        }
      />
      <CreatePrompt onDone={(promptId) => void navigate(`/prompts/${promptId}`)} />
    </>
  );
}
