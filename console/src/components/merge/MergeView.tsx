import { Alert, Box, Button, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { getPromptVersionOptions } from '@/api/generated/@tanstack/react-query.gen';
import { asProblem } from '@/api/problem';
import { ConflictPanel } from '@/components/merge/ConflictPanel';
import type { Merge } from '@/components/merge/useMerge';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { RowsSkeleton } from '@/components/Skeletons';
import { settingsText, templateText } from '@/util/promptTexts';

const TextDiff = lazy(() => import('@/components/editor/TextDiff'));

interface Props {
  promptId: string;
  merge: Merge;
  names: { ours: string; theirs: string };
}

/** A merge before it is made: each conflict with what one can do about it, and what the result changes. */
export function MergeView({ promptId, merge, names }: Props) {
  const { preview } = merge;
  if (!preview && merge.error) return <MergeProblem merge={merge} />;
  if (!preview) return <RowsSkeleton />;
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <MergeProblem merge={merge} />
      <Summary merge={merge} names={names} />
      {merge.conflicts.map((conflict) => (
        <ConflictPanel
          key={`${preview.target_version}/${preview.source_version}/${conflict.path}`}
          conflict={conflict}
          names={names}
          choice={merge.choices[conflict.path]}
          onChoose={(choice) => merge.choose(conflict.path, choice)}
        />
      ))}
      {preview.faults.length > 0 && (
        <Alert severity="warning">
          The result cannot be saved as it stands:
          <Box component="ul" sx={{ m: 0, pl: 2.25 }}>
            {preview.faults.map((fault) => (
              <li key={`${fault.field} ${fault.description}`}>
                <code>{fault.field}</code>: {fault.description}
              </li>
            ))}
          </Box>
        </Alert>
      )}
      <Result promptId={promptId} merge={merge} name={names.ours} />
    </Box>
  );
}

/** Heads that moved meanwhile are no mistake of anybody: one looks at the new ones. */
function MergeProblem({ merge }: { merge: Merge }) {
  if (!merge.error) return null;
  if (asProblem(merge.error).reason !== 'BRANCH_MOVED') return <ProblemAlert error={merge.error} />;
  return (
    <Alert severity="info" role="alert" action={<Button onClick={merge.restart}>Look again</Button>}>
      There is a newer version meanwhile: what you chose belonged to the one before.
    </Alert>
  );
}

function Summary({ merge, names }: { merge: Merge; names: Props['names'] }) {
  const { preview, conflicts } = merge;
  const open = conflicts.filter(({ path }) => merge.choices[path] === undefined).length;
  if (preview?.is_unchanged && conflicts.length === 0)
    return <Alert severity="info">Nothing to merge: {names.ours} holds all of it already.</Alert>;
  if (conflicts.length === 0)
    return (
      <Alert severity="success">
        No conflicts: the changes of {names.ours} and of {names.theirs} go together.
      </Alert>
    );
  return (
    <Typography role="status" color="textSecondary">
      {open === 0
        ? conflicts.length === 1
          ? 'The conflict is settled.'
          : `All ${conflicts.length} conflicts are settled.`
        : `${open} of ${conflicts.length} ${conflicts.length === 1 ? 'conflict' : 'conflicts'} to settle: both sides changed the same place.`}
    </Typography>
  );
}

function Result({ promptId, merge, name }: { promptId: string; merge: Merge; name: string }) {
  const { preview } = merge;
  const head = useQuery({
    ...getPromptVersionOptions({ path: { prompt_id: promptId, number: preview?.target_version ?? 0 } }),
    enabled: preview !== undefined,
    staleTime: Infinity,
  });
  if (head.isError) return <ProblemAlert error={head.error} />;
  if (!head.data || !preview) return <RowsSkeleton />;
  const [before, after] = [settingsText(head.data.content), settingsText(preview.content)];
  return (
    <>
      <Panel title={`Result, beside ${name} as it is`} isFlush>
        <Suspense fallback={<RowsSkeleton />}>
          <TextDiff
            label="Changes of the text"
            before={templateText(head.data.content)}
            after={templateText(preview.content)}
          />
        </Suspense>
      </Panel>
      {before !== after && (
        <Panel title="Variables and model" isFlush>
          <Suspense fallback={<RowsSkeleton />}>
            <TextDiff label="Changes of variables and model" before={before} after={after} isJson />
          </Suspense>
        </Panel>
      )}
    </>
  );
}
