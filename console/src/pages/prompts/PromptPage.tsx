import { Button, Chip } from '@mui/material';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Archive, Download, FlaskConical, Pencil, Settings2 } from 'lucide-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import type { Prompt, PromptBranch } from '@/api/generated';
import {
  getPromptBranchOptions,
  getPromptOptions,
  getPromptVersionOptions,
  listPromptLabelsInfiniteOptions,
  listPromptVersionsInfiniteOptions,
  unarchivePromptMutation,
} from '@/api/generated/@tanstack/react-query.gen';
import { usePromptChanges } from '@/api/promptChanges';
import { invalidate } from '@/api/queryClient';
import { useSession } from '@/api/session';
import { ArchivedNotice } from '@/components/ArchivedNotice';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { paging } from '@/components/PagedTable';
import { ProblemAlert } from '@/components/ProblemAlert';
import { PageSkeleton, RowsSkeleton } from '@/components/Skeletons';
import { VersionedContent } from '@/components/VersionedContent';
import { ArchivePrompt } from '@/forms/ArchivePrompt';
import { TryVersion } from '@/forms/CreateModelCall';
import { DeletePromptLabel } from '@/forms/DeletePromptLabel';
import { SetPromptLabel } from '@/forms/SetPromptLabel';
import { UpdatePrompt } from '@/forms/UpdatePrompt';
import { ComparePrompts } from '@/pages/prompts/ComparePrompts';
import { PromptBranches } from '@/pages/prompts/PromptBranches';
import { PromptContentView } from '@/pages/prompts/PromptContentView';
import { PromptLabels } from '@/pages/prompts/PromptLabels';
import { SimilarPrompts } from '@/pages/prompts/SimilarPrompts';
import { exportPath } from '@/util/exportPath';
import { useSearchState } from '@/util/useSearchState';

export default function PromptPage() {
  const { promptId = '' } = useParams();
  const path = { prompt_id: promptId };
  const prompt = useQuery(getPromptOptions({ path }));
  const versions = useInfiniteQuery({ ...listPromptVersionsInfiniteOptions({ path }), ...paging });
  const labels = useInfiniteQuery({ ...listPromptLabelsInfiniteOptions({ path }), ...paging });
  const protectionOf = (label: string) =>
    labels.data?.pages.flatMap((page) => page.items).find((state) => state.label === label)?.protection ?? null;
  const [chosen, choose] = useSearchState('version');
  const [branchName] = useSearchState('branch', 'main');
  const branch = useQuery(getPromptBranchOptions({ path: { ...path, branch: branchName } }));
  const [view, setView] = useSearchState('view', 'content');
  const number = Number(chosen) || (branch.data?.head_version ?? 0);
  const version = useQuery({
    ...getPromptVersionOptions({ path: { ...path, number } }),
    enabled: number > 0,
    staleTime: Infinity,
  });
  const { can } = useSession();
  usePromptChanges();
  const error = prompt.error ?? branch.error;
  if (error)
    return <LoadFailed error={error} what="prompt" listPath="/prompts" onRetry={() => void prompt.refetch()} />;
  if (!prompt.data || !branch.data) return <PageSkeleton />;
  return (
    <>
      <Header prompt={prompt.data} number={number} branch={branch.data} />
      <VersionedContent
        above={<PromptBranches prompt={prompt.data} number={number} chosen={branchName} />}
        query={versions}
        labels={prompt.data.labels.map((one) => ({ ...one, protection: protectionOf(one.label) }))}
        chosen={number}
        onChoose={(next) => choose(String(next))}
        comparePath={`/prompts/${promptId}/compare`}
        views={[
          { value: 'content', label: `Version ${number}` },
          { value: 'changes', label: 'Changes' },
          ...(can('models.call') ? [{ value: 'try', label: 'Try it' }] : []),
          { value: 'labels', label: 'Labels' },
          { value: 'similar', label: 'Similar' },
        ]}
        view={view}
        onView={setView}
        labelForms={
          can('prompts.label')
            ? {
                set: (target, onClose) => (
                  <SetPromptLabel
                    prompt={prompt.data}
                    {...target}
                    protection={protectionOf(target.label)}
                    onClose={onClose}
                  />
                ),
                remove: (label, onClose) => (
                  <DeletePromptLabel
                    prompt={prompt.data}
                    label={label}
                    protection={protectionOf(label)}
                    onClose={onClose}
                  />
                ),
              }
            : undefined
        }
      >
        {version.isError && <ProblemAlert error={version.error} />}
        {version.isPending && <RowsSkeleton />}
        {version.data && view === 'content' && <PromptContentView version={version.data} />}
        {version.data && view === 'changes' && <ComparePrompts prompt={prompt.data} version={version.data} />}
        {version.data && view === 'try' && <TryVersion key={number} version={version.data} />}
        {view === 'labels' && <PromptLabels prompt={prompt.data} labels={labels} />}
        {view === 'similar' && <SimilarPrompts promptId={promptId} />}
      </VersionedContent>
    </>
  );
}

function Header({ prompt, number, branch }: { prompt: Prompt; number: number; branch: PromptBranch }) {
  const { can } = useSession();
  const queryClient = useQueryClient();
  const [dialog, setDialog] = useState<'details' | 'archive'>();
  const unarchive = useMutation({
    ...unarchivePromptMutation(),
    onSuccess: () => invalidate(queryClient, 'getPrompt', 'listPrompts'),
  });
  const isArchived = Boolean(prompt.archive_time);
  const close = () => setDialog(undefined);
  const actions = (
    <>
      <Button component="a" href={exportPath({ prompt: prompt.id })} download startIcon={<Download size={14} />}>
        Export
      </Button>
      {can('models.call') && (
        <Button
          component={Link}
          to={`/prompts/${prompt.id}/playground?version=${number}&branch=${encodeURIComponent(branch.name)}`}
          startIcon={<FlaskConical size={14} />}
        >
          Playground
        </Button>
      )}
      {can('prompts.write') && <Changes prompt={prompt} number={number} branch={branch} onOpen={setDialog} />}
    </>
  );
  return (
    <>
      <PageHeader
        title={prompt.name}
        trail={[{ label: 'Prompts', to: '/prompts' }]}
        badge={prompt.tags.map((tag) => (
          <Chip key={tag} label={tag} component={Link} to={`/prompts?tag=${encodeURIComponent(tag)}`} clickable />
        ))}
        description={prompt.description}
        actions={actions}
      />
      {isArchived && (
        <ArchivedNotice
          onUnarchive={can('prompts.write') ? () => unarchive.mutate({ path: { prompt_id: prompt.id } }) : undefined}
          isPending={unarchive.isPending}
          error={unarchive.error}
        >
          Archived: what is labelled is still served, new versions are refused.
        </ArchivedNotice>
      )}
      {dialog === 'details' && <UpdatePrompt prompt={prompt} onClose={close} />}
      {dialog === 'archive' && <ArchivePrompt prompt={prompt} onClose={close} />}
    </>
  );
}

/** What changes the prompt, for those who may. */
function Changes({
  prompt,
  number,
  branch,
  onOpen,
}: {
  prompt: Prompt;
  number: number;
  branch: PromptBranch;
  onOpen: (dialog: 'details' | 'archive') => void;
}) {
  return (
    <>
      <Button startIcon={<Settings2 size={14} />} onClick={() => onOpen('details')}>
        Details
      </Button>
      {!prompt.archive_time && (
        <>
          <Button startIcon={<Archive size={14} />} onClick={() => onOpen('archive')}>
            Archive
          </Button>
          {branch.state === 'open' && (
            <Button
              component={Link}
              to={`/prompts/${prompt.id}/edit?from=${number}&branch=${encodeURIComponent(branch.name)}`}
              variant="contained"
              color="primary"
              startIcon={<Pencil size={14} />}
            >
              Edit
            </Button>
          )}
        </>
      )}
    </>
  );
}
