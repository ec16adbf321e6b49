import { Box } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import {
  getPromptBranchOptions,
  getPromptOptions,
  getPromptVersionOptions,
  listPromptBranchesOptions,
} from '@/api/generated/@tanstack/react-query.gen';
import { branchOptions } from '@/components/BranchBar';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { SelectInput } from '@/components/SelectInput';
import { PageSkeleton } from '@/components/Skeletons';
import { CreatePromptVersion } from '@/forms/CreatePromptVersion';

export default function EditPrompt() {
  const { promptId = '' } = useParams();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const path = { prompt_id: promptId };
  const name = search.get('branch') ?? 'main';
  const prompt = useQuery(getPromptOptions({ path }));
  const branch = useQuery(getPromptBranchOptions({ path: { ...path, branch: name } }));
  const number = Number(search.get('from')) || (branch.data?.head_version ?? 0);
  const base = useQuery({
    ...getPromptVersionOptions({ path: { ...path, number } }),
    enabled: number > 0,
    staleTime: Infinity, // versions never change
  });
  const error = prompt.error ?? branch.error ?? base.error;
  if (error)
    return <LoadFailed error={error} what="prompt" listPath="/prompts" onRetry={() => void prompt.refetch()} />;
  if (!prompt.data || !branch.data || !base.data) return <PageSkeleton />;
  const choose = (next: string) => void navigate(`/prompts/${promptId}/edit?branch=${encodeURIComponent(next)}`);
  return (
    <>
      <PageHeader
        title={`Edit ${prompt.data.name}`}
        description={`Begins with version ${base.data.number}. Saving makes version ${prompt.data.latest_version + 1} on ${name}; what is labelled stays as it is.`}
        trail={[
          { label: 'Prompts', to: '/prompts' },
          { label: prompt.data.name, to: `/prompts/${promptId}` },
        ]}
        actions={<Branches promptId={promptId} chosen={name} onChoose={choose} />}
      />
      <CreatePromptVersion
        key={`${name} ${base.data.number}`}
        prompt={prompt.data}
        branch={branch.data}
        base={base.data}
        onDone={(saved) => void navigate(`/prompts/${promptId}?version=${saved}${ofBranch(name)}`)}
      />
    </>
  );
}

/** The branch that one writes on; what is written on another is kept there. */
function Branches({
  promptId,
  chosen,
  onChoose,
}: {
  promptId: string;
  chosen: string;
  onChoose: (branch: string) => void;
}) {
  const open = useQuery(
    listPromptBranchesOptions({ path: { prompt_id: promptId }, query: { state: 'open', page_size: 200 } }),
  );
  return (
    <Box sx={{ width: 200 }}>
      <SelectInput
        label="Branch"
        value={chosen}
        options={branchOptions(open.data?.items ?? [], chosen)}
        onChange={onChoose}
      />
    </Box>
  );
}

function ofBranch(branch: string): string {
  return branch === 'main' ? '' : `&branch=${encodeURIComponent(branch)}`;
}
