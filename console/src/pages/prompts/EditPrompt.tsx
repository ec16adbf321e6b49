import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { getPromptOptions, getPromptVersionOptions } from '@/api/generated/@tanstack/react-query.gen';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/Skeletons';
import { CreatePromptVersion } from '@/forms/CreatePromptVersion';

export default function EditPrompt() {
  const { promptId = '' } = useParams();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const prompt = useQuery(getPromptOptions({ path: { prompt_id: promptId } }));
  const number = Number(search.get('from')) || (prompt.data?.latest_version ?? 0);
  const base = useQuery({
    ...getPromptVersionOptions({ path: { prompt_id: promptId, number } }),
    enabled: number > 0,
    staleTime: Infinity, // versions never change
  });
  if (prompt.isError || base.isError)
    return (
      <LoadFailed
        error={prompt.error ?? base.error}
        what="prompt"
        listPath="/prompts"
        onRetry={() => void prompt.refetch()}
      />
    );
  if (!prompt.data || !base.data) return <PageSkeleton />;
  return (
    <>
      <PageHeader
        title={`Edit ${prompt.data.name}`}
        description={`Begins with version ${base.data.number}. Saving makes version ${prompt.data.latest_version + 1}; what is labelled stays as it is.`}
        trail={[
          { label: 'Prompts', to: '/prompts' },
          { label: prompt.data.name, to: `/prompts/${promptId}` },
        ]}
      />
      <CreatePromptVersion
        key={base.data.number}
        prompt={prompt.data}
        base={base.data}
        onDone={(saved) => void navigate(`/prompts/${promptId}?version=${saved}`)}
      />
    </>
  );
}
