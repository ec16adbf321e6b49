import { Box, Button } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useFieldArray, useForm, useWatch } from 'react-hook-form';
import type { Prompt, PromptBranch, PromptVersion } from '@/api/generated';
import { getPromptVersionOptions } from '@/api/generated/@tanstack/react-query.gen';
import type { ModelCallState } from '@/api/modelCall';
import { usePlayground } from '@/api/playground';
import { useSession } from '@/api/session';
import { sharedVariables } from '@/forms/callVariables';
import { PlaygroundColumn } from '@/forms/fields/PlaygroundColumn';
import { PlaygroundDraft } from '@/forms/fields/PlaygroundDraft';
import { PlaygroundInputs } from '@/forms/fields/PlaygroundInputs';
import {
  callOf,
  contentOf,
  DRAFT,
  draftOf,
  firstColumns,
  fromDraft,
  MOST_COLUMNS,
  newColumn,
  type PlaygroundValues,
  type Sources,
} from '@/forms/playgroundValues';
import type { PromptForm } from '@/forms/promptValues';
import { SavePlaygroundVersion } from '@/forms/SavePlaygroundVersion';
import { useVersionDraft } from '@/forms/versionDraft';
import { dropDraft, keepDraft, readDraft, useKeepDraft } from '@/util/useDraft';
import { useRunKeys } from '@/util/useRunKeys';

interface Props {
  prompt: Prompt;
  /** The branch that takes what is saved. */
  branch: PromptBranch;
  /** What the draft begins with. */
  base: PromptVersion;
  /** Sources that the page was opened for. */
  asked: readonly string[];
}

const IDLE: ModelCallState = { phase: 'idle' };

/** Versions, the draft and models side by side: one set of variables, up to four answers as they come. */
export function StreamPlayground({ prompt, branch, base: given, asked }: Props) {
  const { can } = useSession();
  // A version that is saved here becomes the latest one; the draft still begins with the one it began with.
  const [base] = useState(given);
  const [head, setHead] = useState(branch.head_version);
  const draft = useVersionDraft(prompt, branch, base);
  const [isDrafting, setDrafting] = useState(draft.kept !== undefined || asked.includes(DRAFT));
  const [isDraftOpen, setDraftOpen] = useState(false);
  const [saving, setSaving] = useState<number>();
  const draftValues = useWatch({ control: draft.form.control }) as PromptForm;
  const form = usePlaygroundForm(prompt, base, asked, isDrafting);
  const columns = useFieldArray({ control: form.control, name: 'columns' });
  const values = useWatch({ control: form.control }) as PlaygroundValues;
  const versions = useVersions(prompt.id, values.columns);
  const sources: Sources = { promptId: prompt.id, draft: isDrafting ? draftValues : undefined, versions };
  const variables = sharedVariables(values.columns.flatMap((column) => contentOf(column, sources) ?? []));
  const { states, isRunning, run, stop } = usePlayground();

  const runColumns = (which: readonly number[]) =>
    form.handleSubmit((given) => {
      try {
        const calls = which.flatMap((index) => {
          const [column, field] = [given.columns[index], columns.fields[index]];
          return column && field ? [{ key: field.id, body: callOf(column, sources, given.variables, given.mode) }] : [];
        });
        run(calls, given.mode);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        // JSON of the draft that cannot be read: its own fields say which.
        setDraftOpen(true);
        void draft.form.trigger();
      }
    })();
  const runAll = () => {
    if (!isRunning) void runColumns(columns.fields.map((_, index) => index));
  };
  useRunKeys(runAll, stop);
  const savedColumn = saving === undefined ? undefined : values.columns[saving];
  const savedContent = savedColumn && draftOf(savedColumn, sources);
  const begunOn = (savedColumn?.source === DRAFT ? draftValues.baseVersion : head) ?? head;
  const shown = columns.fields.map((field) => states[field.id] ?? IDLE);
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <PlaygroundDraft
        form={draft.form}
        base={base.number}
        isOpen={isDraftOpen}
        onOpen={setDraftOpen}
        onBegin={() => {
          setDrafting(true);
          if (columns.fields.length < MOST_COLUMNS) columns.append(newColumn(DRAFT));
        }}
        isDrafting={isDrafting}
      />
      <PlaygroundInputs
        form={form}
        base={base}
        variables={variables}
        states={shown}
        isRunning={isRunning}
        onRun={runAll}
        onStop={stop}
      />
      <Box sx={{ display: 'grid', gap: 2, alignItems: 'start', gridTemplateColumns: widths(columns.fields.length) }}>
        {columns.fields.map((field, index) => (
          <PlaygroundColumn
            key={field.id}
            control={form.control}
            index={index}
            prompt={prompt}
            hasDraft={isDrafting}
            content={contentOf(values.columns[index] ?? field, sources)}
            mode={values.mode}
            state={shown[index] ?? IDLE}
            isOnly={columns.fields.length === 1}
            onRemove={() => columns.remove(index)}
            onRun={() => void runColumns([index])}
            onSave={
              can('prompts.write') && !prompt.archive_time && branch.state === 'open'
                ? () => setSaving(index)
                : undefined
            }
          />
        ))}
      </Box>
      {columns.fields.length < MOST_COLUMNS && (
        <Box>
          <Button
            startIcon={<Plus size={14} />}
            onClick={() => columns.append(newColumn(values.columns.at(-1)?.source ?? String(base.number)))}
          >
            Add a column
          </Button>
        </Box>
      )}
      {saving !== undefined && savedContent && (
        <SavePlaygroundVersion
          promptId={prompt.id}
          branch={branch.name}
          baseVersion={begunOn}
          content={savedContent}
          onMerge={() => keepDraft(draft.key, { ...draft.saved, ...fromDraft(savedContent), baseVersion: begunOn })}
          onSaved={(version) => {
            setHead(version);
            if (savedColumn.source === DRAFT) {
              dropDraft(draft.key);
              draft.form.setValue('baseVersion', version);
            }
            form.setValue(`columns.${saving}`, newColumn(String(version)));
            setSaving(undefined);
          }}
          onClose={() => setSaving(undefined)}
        />
      )}
    </Box>
  );
}

function usePlaygroundForm(prompt: Prompt, base: PromptVersion, asked: readonly string[], isDrafting: boolean) {
  const key = `playground:${prompt.id}`;
  const [first] = useState<PlaygroundValues>(() => {
    const kept = readDraft(key) as PlaygroundValues | undefined;
    const usable = (kept?.columns ?? []).filter(
      ({ source }) => (source === DRAFT && isDrafting) || Number(source) <= prompt.latest_version,
    );
    const columns = firstColumns(usable, asked);
    return {
      columns: columns.length > 0 ? columns : [newColumn(String(base.number))],
      variables: kept?.variables ?? {},
      mode: kept?.mode ?? 'test',
    };
  });
  const form = useForm<PlaygroundValues>({ defaultValues: first });
  useKeepDraft(key, form);
  return form;
}

/** The versions that the columns try. Four queries by hand: the hook for any number would weigh on every first page. */
function useVersions(promptId: string, columns: PlaygroundValues['columns']): ReadonlyMap<string, PromptVersion> {
  const found = [
    useVersion(promptId, columns[0]?.source),
    useVersion(promptId, columns[1]?.source),
    useVersion(promptId, columns[2]?.source),
    useVersion(promptId, columns[3]?.source),
  ];
  return new Map(found.flatMap((version) => (version ? [[String(version.number), version]] : [])));
}

function useVersion(promptId: string, source = DRAFT): PromptVersion | undefined {
  const number = source === DRAFT ? 0 : Number(source);
  const version = useQuery({
    ...getPromptVersionOptions({ path: { prompt_id: promptId, number } }),
    enabled: number > 0,
    staleTime: Infinity, // versions never change
  });
  return version.data;
}

/** On phones one below the other, on tablets two beside each other, on desks all. */
function widths(count: number): Record<'xs' | 'sm' | 'lg', string> {
  const at = (most: number) => `repeat(${Math.min(count, most)}, minmax(0, 1fr))`;
  return { xs: 'minmax(0, 1fr)', sm: at(2), lg: at(MOST_COLUMNS) };
}
