import { Box } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from 'react-router';
import { getPromptOptions, listPromptBranchesOptions } from '@/api/generated/@tanstack/react-query.gen';
import { branchOptions } from '@/components/BranchBar';
import { EmptyState } from '@/components/EmptyState';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { SelectInput } from '@/components/SelectInput';
import { PageSkeleton } from '@/components/Skeletons';
import { MergePromptBranch } from '@/forms/MergePromptBranch';
import { useSearchState } from '@/util/useSearchState';
import { GitMerge } from 'lucide-react';

/** Which branch goes into which, and the merge of the two. */
export default function MergePrompt() {
  const { promptId = '' } = useParams();
  const navigate = useNavigate();
  const path = { prompt_id: promptId };
  const prompt = useQuery(getPromptOptions({ path }));
  const branches = useQuery(listPromptBranchesOptions({ path, query: { page_size: 200 } }));
  const [source, setSource] = useSearchState('from');
  const [target, setTarget] = useSearchState('into', 'main');
  if (prompt.isError || branches.isError)
    return (
      <LoadFailed
        error={prompt.error ?? branches.error}
        what="prompt"
        listPath="/prompts"
        onRetry={() => void prompt.refetch()}
      />
    );
  if (!prompt.data || !branches.data) return <PageSkeleton />;
  const all = branches.data.items;
  const others = all.filter(({ name }) => name !== target);
  const open = all.filter(({ name, state }) => state === 'open' && name !== source);
  return (
    <>
      <PageHeader
        title={`Merge ${prompt.data.name}`}
        description="Adds a version that holds the changes of both. Where both changed the same place, you decide."
        trail={[
          { label: 'Prompts', to: '/prompts' },
          { label: prompt.data.name, to: `/prompts/${promptId}` },
        ]}
      />
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { xs: '1fr 1fr', sm: '240px 240px' }, mb: 2 }}>
        <SelectInput
          label="Merge"
          value={source}
          options={[...(source ? [] : [{ value: '', label: 'Choose a branch' }]), ...branchOptions(others, source)]}
          onChange={setSource}
        />
        <SelectInput label="Into" value={target} options={branchOptions(open, target)} onChange={setTarget} />
      </Box>
      {source && source !== target ? (
        <MergePromptBranch
          key={`${source}→${target}`}
          promptId={promptId}
          source={source}
          target={target}
          onDone={(version) =>
            void navigate(`/prompts/${promptId}?version=${version}&branch=${encodeURIComponent(target)}`)
          }
        />
      ) : (
        <EmptyState icon={GitMerge} title="Which branch?">
          Choose the branch to merge, and the one that takes its changes.
        </EmptyState>
      )}
    </>
  );
}
