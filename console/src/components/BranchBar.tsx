import { Box, Button } from '@mui/material';
import { GitBranch, GitMerge, X } from 'lucide-react';
import { Link } from 'react-router';
import type { PromptBranch } from '@/api/generated';
import { SelectInput } from '@/components/SelectInput';
import { StateChip } from '@/components/StateChip';

interface Props {
  promptId: string;
  branches: readonly PromptBranch[];
  chosen: string;
  onChoose: (branch: string) => void;
  /** Absent: the role may only read. */
  onCreate?: () => void;
  onClose?: () => void;
}

/** Which line of versions one looks at, and what can be done with it. */
export function BranchBar({ promptId, branches, chosen, onChoose, onCreate, onClose }: Props) {
  const branch = branches.find(({ name }) => name === chosen);
  const isOpen = branch?.state === 'open';
  return (
    <Box component="section" aria-label="Branch" sx={{ display: 'grid', gap: 1 }}>
      <SelectInput label="Branch" value={chosen} options={branchOptions(branches, chosen)} onChange={onChoose} />
      <Box sx={{ display: 'flex', gap: 0.75, flexWrap: 'wrap', alignItems: 'center' }}>
        {branch && !isOpen && <StateChip state={branch.state} />}
        {onCreate && (
          <Button startIcon={<GitBranch size={13} />} onClick={onCreate}>
            New branch
          </Button>
        )}
        {onClose && isOpen && chosen !== 'main' && (
          <>
            <Button
              component={Link}
              to={`/prompts/${promptId}/merge?from=${encodeURIComponent(chosen)}`}
              startIcon={<GitMerge size={13} />}
            >
              Merge
            </Button>
            <Button startIcon={<X size={13} />} onClick={onClose}>
              Close
            </Button>
          </>
        )}
      </Box>
    </Box>
  );
}

/** Branches to choose from, with their state where they have ended. */
export function branchOptions(branches: readonly PromptBranch[], chosen: string): { value: string; label: string }[] {
  const known = branches.map(({ name, state }) => ({
    value: name,
    label: state === 'open' ? name : `${name} (${state})`,
  }));
  return known.some(({ value }) => value === chosen) ? known : [{ value: chosen, label: chosen }, ...known];
}
