import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { Prompt } from '@/api/generated';
import { listPromptBranchesOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { BranchBar } from '@/components/BranchBar';
import { ClosePromptBranch } from '@/forms/ClosePromptBranch';
import { CreatePromptBranch } from '@/forms/CreatePromptBranch';

interface Props {
  prompt: Prompt;
  /** The version that is looked at: a new branch begins there. */
  number: number;
  /** The branch that is looked at. */
  chosen: string;
}

/** The branches of a prompt: look at another, begin one, merge it, end it. */
export function PromptBranches({ prompt, number, chosen }: Props) {
  const { can } = useSession();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'new' | 'close'>();
  const branches = useQuery(listPromptBranchesOptions({ path: { prompt_id: prompt.id }, query: { page_size: 200 } }));
  const look = (branch: string) =>
    void navigate(`/prompts/${prompt.id}${branch === 'main' ? '' : `?branch=${encodeURIComponent(branch)}`}`);
  const leave = () => setDialog(undefined);
  const mayWrite = can('prompts.write') && !prompt.archive_time;
  return (
    <>
      <BranchBar
        promptId={prompt.id}
        branches={branches.data?.items ?? []}
        chosen={chosen}
        onChoose={look}
        {...(mayWrite && { onCreate: () => setDialog('new'), onClose: () => setDialog('close') })}
      />
      {dialog === 'new' && (
        <CreatePromptBranch
          promptId={prompt.id}
          version={number}
          onDone={(branch) => {
            leave();
            look(branch);
          }}
          onClose={leave}
        />
      )}
      {dialog === 'close' && <ClosePromptBranch promptId={prompt.id} branch={chosen} onClose={leave} />}
    </>
  );
}
