import { useQuery } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import { useParams, useSearchParams } from 'react-router';
import {
  getPromptBranchOptions,
  getPromptOptions,
  getPromptVersionOptions,
} from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { EmptyState } from '@/components/EmptyState';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { PageSkeleton } from '@/components/Skeletons';
import { DRAFT } from '@/forms/playgroundValues';
import { StreamPlayground } from '@/forms/StreamPlayground';

/** `?version=3` begins with that version, `?draft=1` with the editor's draft beside the version that it began with. */
export default function Playground() {
  const { promptId = '' } = useParams();
  const [search] = useSearchParams();
  const { can } = useSession();
  const path = { prompt_id: promptId };
  const name = search.get('branch') ?? 'main';
  const prompt = useQuery(getPromptOptions({ path }));
  // Asked anew: one who begins on a head of a while ago would have to merge.
  const branch = useQuery({ ...getPromptBranchOptions({ path: { ...path, branch: name } }), staleTime: 0 });
  const version = Number(search.get('version')) || 0;
  const from = Number(search.get('from')) || version || (branch.data?.head_version ?? 0);
  const base = useQuery({
    ...getPromptVersionOptions({ path: { ...path, number: from } }),
    enabled: from > 0,
    staleTime: Infinity, // versions never change
  });
  const error = prompt.error ?? branch.error ?? base.error;
  if (error)
    return <LoadFailed error={error} what="prompt" listPath="/prompts" onRetry={() => void prompt.refetch()} />;
  if (!prompt.data || !branch.data || !base.data || !branch.isFetchedAfterMount) return <PageSkeleton />;
  const asked = search.has('draft') ? [DRAFT, String(from)] : version > 0 ? [String(version)] : [];
  return (
    <>
      <PageHeader
        title="Playground"
        description="Versions, drafts and models side by side, on the same variables."
        trail={[
          { label: 'Prompts', to: '/prompts' },
          { label: prompt.data.name, to: `/prompts/${promptId}` },
        ]}
      />
      {can('models.call') ? (
        <StreamPlayground
          key={`${promptId} ${name}`}
          prompt={prompt.data}
          branch={branch.data}
          base={base.data}
          asked={asked}
        />
      ) : (
        <EmptyState icon={FlaskConical} title="Your role may not call models">
          Ask an admin of this workspace for the role editor.
        </EmptyState>
      )}
    </>
  );
}
