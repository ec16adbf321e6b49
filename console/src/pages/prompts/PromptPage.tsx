import { Alert, Box, Button, Chip, Tab, Tabs } from '@mui/material';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Archive, Pencil, Settings2 } from 'lucide-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import type { Prompt } from '@/api/generated';
import {
  getPromptOptions,
  getPromptVersionOptions,
  listPromptVersionsInfiniteOptions,
  unarchivePromptMutation,
} from '@/api/generated/@tanstack/react-query.gen';
import { usePromptChanges } from '@/api/promptChanges';
import { invalidate } from '@/api/queryClient';
import { useSession } from '@/api/session';
import { LoadFailed } from '@/components/LoadFailed';
import { PageHeader } from '@/components/PageHeader';
import { paging } from '@/components/PagedTable';
import { ProblemAlert } from '@/components/ProblemAlert';
import { PageSkeleton, RowsSkeleton } from '@/components/Skeletons';
import { VersionList } from '@/components/VersionList';
import { ArchivePrompt } from '@/forms/ArchivePrompt';
import { TryVersion } from '@/forms/CreateModelCall';
import { DeletePromptLabel } from '@/forms/DeletePromptLabel';
import { SetPromptLabel } from '@/forms/SetPromptLabel';
import { UpdatePrompt } from '@/forms/UpdatePrompt';
import { ComparePrompts } from '@/pages/prompts/ComparePrompts';
import { PromptContentView } from '@/pages/prompts/PromptContentView';
import { useSearchState } from '@/util/useSearchState';

export default function PromptPage() {
  const { promptId = '' } = useParams();
  const path = { prompt_id: promptId };
  const prompt = useQuery(getPromptOptions({ path }));
  const versions = useInfiniteQuery({ ...listPromptVersionsInfiniteOptions({ path }), ...paging });
  const [chosen, choose] = useSearchState('version');
  const [view, setView] = useSearchState('view', 'content');
  const number = Number(chosen) || (prompt.data?.latest_version ?? 0);
  const version = useQuery({
    ...getPromptVersionOptions({ path: { ...path, number } }),
    enabled: number > 0,
    staleTime: Infinity,
  });
  const [labelling, setLabelling] = useState<{ label: string; version: number }>();
  const [unlabelling, setUnlabelling] = useState<string>();
  const { can } = useSession();
  usePromptChanges();
  if (prompt.isError)
    return <LoadFailed error={prompt.error} what="prompt" listPath="/prompts" onRetry={() => void prompt.refetch()} />;
  if (!prompt.data) return <PageSkeleton />;
  return (
    <>
      <Header prompt={prompt.data} number={number} />
      <Box sx={{ display: 'grid', gap: 2.5, gridTemplateColumns: { md: '264px minmax(0, 1fr)' }, alignItems: 'start' }}>
        <VersionList
          query={versions}
          labels={prompt.data.labels}
          chosen={number}
          onChoose={(next) => choose(String(next))}
          {...(can('prompts.label') && {
            onSetLabel: (label: string, at: number) => setLabelling({ label, version: at }),
            onRemoveLabel: setUnlabelling,
          })}
        />
        <Box sx={{ minWidth: 0 }}>
          <Tabs
            value={view}
            onChange={(_, next: string) => setView(next)}
            aria-label="Views of the version"
            sx={{ mb: 2 }}
          >
            <Tab value="content" label={`Version ${number}`} />
            <Tab value="changes" label="Changes" />
            {can('models.call') && <Tab value="try" label="Try it" />}
          </Tabs>
          {version.isError && <ProblemAlert error={version.error} />}
          {version.isPending && <RowsSkeleton />}
          {version.data && view === 'content' && <PromptContentView version={version.data} />}
          {version.data && view === 'changes' && (
            <ComparePrompts version={version.data} latest={prompt.data.latest_version} />
          )}
          {version.data && view === 'try' && <TryVersion key={number} version={version.data} />}
        </Box>
      </Box>
      {labelling && <SetPromptLabel prompt={prompt.data} {...labelling} onClose={() => setLabelling(undefined)} />}
      {unlabelling && (
        <DeletePromptLabel promptId={promptId} label={unlabelling} onClose={() => setUnlabelling(undefined)} />
      )}
    </>
  );
}

function Header({ prompt, number }: { prompt: Prompt; number: number }) {
  const { can } = useSession();
  const queryClient = useQueryClient();
  const [dialog, setDialog] = useState<'details' | 'archive'>();
  const unarchive = useMutation({
    ...unarchivePromptMutation(),
    onSuccess: () => invalidate(queryClient, 'getPrompt', 'listPrompts'),
  });
  const isArchived = Boolean(prompt.archive_time);
  const close = () => setDialog(undefined);
  const actions = can('prompts.write') && (
    <>
      <Button startIcon={<Settings2 size={14} />} onClick={() => setDialog('details')}>
        Details
      </Button>
      {!isArchived && (
        <>
          <Button startIcon={<Archive size={14} />} onClick={() => setDialog('archive')}>
            Archive
          </Button>
          <Button
            component={Link}
            to={`/prompts/${prompt.id}/edit?from=${number}`}
            variant="contained"
            color="primary"
            startIcon={<Pencil size={14} />}
          >
            Edit
          </Button>
        </>
      )}
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
        <Alert
          severity="info"
          sx={{ mb: 2 }}
          action={
            can('prompts.write') && (
              <Button
                loading={unarchive.isPending}
                onClick={() => unarchive.mutate({ path: { prompt_id: prompt.id } })}
              >
                Bring back
              </Button>
            )
          }
        >
          Archived: what is labelled is still served, new versions are refused.
        </Alert>
      )}
      <ProblemAlert error={unarchive.error} />
      {dialog === 'details' && <UpdatePrompt prompt={prompt} onClose={close} />}
      {dialog === 'archive' && <ArchivePrompt prompt={prompt} onClose={close} />}
    </>
  );
}
