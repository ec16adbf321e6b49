import { Box, ToggleButton, ToggleButtonGroup } from '@mui/material';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useController, type Control, type UseFormReturn } from 'react-hook-form';
import type { LintFinding } from '@/api/generated';
import type { TemplateHandle } from '@/components/editor/TemplateEditor';
import { Panel } from '@/components/Panel';
import { TextInput } from '@/components/TextInput';
import { marksByMessage } from '@/forms/fields/lintFindings';
import { LintPanel } from '@/forms/fields/LintPanel';
import { ModelField } from '@/forms/fields/ModelField';
import { MessagesField } from '@/forms/fields/MessagesField';
import { TemplateField } from '@/forms/fields/TemplateField';
import { VariablesField } from '@/forms/fields/VariablesField';
import { toText, type PromptForm } from '@/forms/promptValues';
import { isObject } from '@/util/definition';

/** The template, its variables, and the model it is for. */
export function PromptContentFields({ form }: { form: UseFormReturn<PromptForm> }) {
  const { control } = form;
  const { field: type } = useController({ control, name: 'type' });
  const [findings, setFindings] = useState<readonly LintFinding[]>([]);
  const marks = useMemo(() => marksByMessage(findings), [findings]);
  const editors = useRef(new Map<number, TemplateHandle>());
  const keepEditor = useCallback((index: number, editor: TemplateHandle | null) => {
    if (editor) editors.current.set(index, editor);
    else editors.current.delete(index);
  }, []);
  const keepOnly = useCallback((editor: TemplateHandle | null) => keepEditor(0, editor), [keepEditor]);
  const editorOf = ({ place }: LintFinding) => editors.current.get(place?.message_index ?? 0);
  return (
    <>
      <Panel
        title="Prompt"
        actions={
          <ToggleButtonGroup
            exclusive
            size="small"
            aria-label="Form of the prompt"
            value={type.value}
            onChange={(_, value: string | null) => value && type.onChange(value)}
          >
            <ToggleButton value="text" sx={{ minHeight: 28 }}>
              Text
            </ToggleButton>
            <ToggleButton value="chat" sx={{ minHeight: 28 }}>
              Chat
            </ToggleButton>
          </ToggleButtonGroup>
        }
      >
        {type.value === 'text' ? (
          <TemplateField
            control={control}
            name="text"
            label="Text of the prompt"
            required="Write the prompt"
            minRows={10}
            placeholder={'Summarize in {{length}}:\n\n{{text}}'}
            marks={marks.get(0)}
            onEditor={keepOnly}
          />
        ) : (
          <MessagesField control={control} marks={marks} onEditor={keepEditor} />
        )}
      </Panel>
      <LintPanel
        form={form}
        onFound={setFindings}
        onShow={(finding) => finding.place && editorOf(finding)?.show(finding.place)}
        onFix={({ place, fix, ...rest }) =>
          place && fix && editorOf({ place, fix, ...rest })?.replace(place, fix.replacement)
        }
      />
      <Panel title="Variables">
        <VariablesField control={control} />
      </Panel>
      <Panel title="Model">
        <ModelFields control={control} />
      </Panel>
    </>
  );
}

function ModelFields({ control }: { control: Control<PromptForm> }) {
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { xs: '1fr 1fr', sm: '2fr 1fr 1fr' } }}>
      <Box sx={{ gridColumn: { xs: '1 / -1', sm: 'auto' } }}>
        <ModelField control={control} name="model" mode="live" placeholder="The caller chooses" />
      </Box>
      <TextInput
        control={control}
        name="temperature"
        label="Temperature"
        inputProps={{ inputMode: 'decimal' }}
        placeholder="As the model"
        rules={{ validate: (text) => text === '' || (Number(text) >= 0 && Number(text) <= 2) || '0 to 2' }}
      />
      <TextInput
        control={control}
        name="maxTokens"
        label="Most tokens"
        inputProps={{ inputMode: 'numeric' }}
        placeholder="As the model"
        rules={{ validate: (text) => text === '' || /^[1-9]\d*$/.test(toText(text)) || 'A whole number' }}
      />
      <Box sx={{ gridColumn: '1 / -1' }}>
        <TextInput
          control={control}
          name="more"
          label="Other parameters"
          multiline
          className="mono"
          placeholder={'{"top_p": 0.9, "stop": ["END"]}'}
          helperText="A JSON object, or nothing."
          rules={{ validate: (text) => isJsonObject(toText(text)) || 'Not a JSON object' }}
        />
      </Box>
    </Box>
  );
}

function isJsonObject(text: string): boolean {
  if (text.trim() === '') return true;
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}
