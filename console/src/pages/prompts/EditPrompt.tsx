import { Box } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import type { Prompt, PromptBranch } from '@/api/generated';
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
  const path = { prompt_id: promptId };
  const name = search.get('branch') ?? 'main';
  const prompt = useQuery(getPromptOptions({ path }));
  // Asked anew: one who begins on a head of a while ago would have to merge.
  const branch = useQuery({ ...getPromptBranchOptions({ path: { ...path, branch: name } }), staleTime: 0 });
  const error = prompt.error ?? branch.error;
  if (error)
    return <LoadFailed error={error} what="prompt" listPath="/prompts" onRetry={() => void prompt.refetch()} />;
  if (!prompt.data || !branch.data || !branch.isFetchedAfterMount) return <PageSkeleton />;
  const from = search.get('from') ?? '';
  return <Editor key={`${name} ${from}`} prompt={prompt.data} branch={branch.data} from={Number(from)} />;
}

interface EditorProps {
  prompt: Prompt;
  branch: PromptBranch;
  /** The version to start from; 0: the head of the branch. */
  from: number;
}

/** Stays with the head that the writing began on, however the branch moves meanwhile. */
function Editor({ prompt, branch, from }: EditorProps) {
  const navigate = useNavigate();
  const [begun] = useState(branch);
  const base = useQuery({
    ...getPromptVersionOptions({ path: { prompt_id: prompt.id, number: from || begun.head_version } }),
    staleTime: Infinity, // versions never change
  });
  if (base.error)
    return <LoadFailed error={base.error} what="prompt" listPath="/prompts" onRetry={() => void base.refetch()} />;
  if (!base.data) return <PageSkeleton />;
  const { name } = begun;
  const choose = (next: string) => void navigate(`/prompts/${prompt.id}/edit?branch=${encodeURIComponent(next)}`);
  return (
    <>
      <PageHeader
        title={`Edit ${prompt.name}`}
        description={`Begins with version ${base.data.number}. Saving makes version ${prompt.latest_version + 1} on ${name}; what is labelled stays as it is.`}
        trail={[
          { label: 'Prompts', to: '/prompts' },
          { label: prompt.name, to: `/prompts/${prompt.id}` },
        ]}
        actions={<Branches promptId={prompt.id} chosen={name} onChoose={choose} />}
      />
      <CreatePromptVersion
        prompt={prompt}
        branch={begun}
        base={base.data}
        onDone={(saved) => void navigate(`/prompts/${prompt.id}?version=${saved}${ofBranch(name)}`)}
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
