import { Box, Button, IconButton } from '@mui/material';
import { RotateCcw, Save, X } from 'lucide-react';
import { useController, type Control } from 'react-hook-form';
import type { Prompt } from '@/api/generated';
import type { ModelCallState } from '@/api/modelCall';
import { ModelCallOutput } from '@/components/ModelCallOutput';
import { Panel } from '@/components/Panel';
import { SelectInput } from '@/components/SelectInput';
import { TextInput } from '@/components/TextInput';
import { ModelField } from '@/forms/fields/ModelField';
import { DRAFT, type PlaygroundValues } from '@/forms/playgroundValues';
import { toText, type PromptValues } from '@/forms/promptValues';

interface Props {
  control: Control<PlaygroundValues>;
  index: number;
  prompt: Prompt;
  hasDraft: boolean;
  /** What the column tries; undefined while it is loading. */
  content: PromptValues | undefined;
  mode: 'test' | 'live';
  state: ModelCallState;
  isOnly: boolean;
  onRemove: () => void;
  onRun: () => void;
  /** undefined: the user may not save. */
  onSave: (() => void) | undefined;
}

/** What is tried in one column, its answer, and what can be done with it. */
export function PlaygroundColumn(props: Props) {
  const { control, index, prompt, hasDraft, content, mode, state, isOnly, onRemove, onRun, onSave } = props;
  const { field: source } = useController({ control, name: `columns.${index}.source` });
  const isStreaming = state.phase === 'streaming';
  return (
    <Panel
      title={`Column ${index + 1}`}
      actions={
        !isOnly && (
          <IconButton aria-label={`Remove column ${index + 1}`} onClick={onRemove} disabled={isStreaming}>
            <X size={15} />
          </IconButton>
        )
      }
    >
      <Box sx={{ display: 'grid', gap: 1.5 }}>
        <SelectInput
          label="Prompt"
          value={source.value}
          onChange={source.onChange}
          options={[...(hasDraft ? [{ value: DRAFT, label: 'Draft' }] : []), ...versionsOf(prompt)]}
        />
        <ModelField
          control={control}
          name={`columns.${index}.model`}
          mode={mode}
          placeholder={content?.model || (mode === 'test' ? 'sim-text' : 'Name a model')}
        />
        <Box sx={{ display: 'grid', gap: 1.5, gridTemplateColumns: '1fr 1fr' }}>
          <TextInput
            control={control}
            name={`columns.${index}.temperature`}
            label="Temperature"
            placeholder={content?.temperature || 'As the model'}
            inputProps={{ inputMode: 'decimal' }}
            rules={{ validate: (text) => text === '' || (Number(text) >= 0 && Number(text) <= 2) || '0 to 2' }}
          />
          <TextInput
            control={control}
            name={`columns.${index}.maxTokens`}
            label="Most tokens"
            placeholder={content?.maxTokens || 'As the model'}
            inputProps={{ inputMode: 'numeric' }}
            rules={{ validate: (text) => text === '' || /^[1-9]\d*$/.test(toText(text)) || 'A whole number' }}
          />
        </Box>
        <ModelCallOutput
          state={state}
          label={`Answer ${index + 1}`}
          isQuiet={!isOnly}
          actions={
            // "Save as test case" takes its place here, once there are datasets.
            <>
              <Button startIcon={<RotateCcw size={14} />} onClick={onRun}>
                Run again
              </Button>
              {onSave && (
                <Button startIcon={<Save size={14} />} onClick={onSave}>
                  Save as version
                </Button>
              )}
            </>
          }
        />
      </Box>
    </Panel>
  );
}

/** Newest first, each with its labels. */
function versionsOf({ latest_version: latest, labels }: Prompt): { value: string; label: string }[] {
  return Array.from({ length: latest }, (_, index) => {
    const number = latest - index;
    const names = labels.filter((label) => label.version === number).map((label) => label.label);
    return { value: String(number), label: [`Version ${number}`, ...names].join(' · ') };
  });
}
