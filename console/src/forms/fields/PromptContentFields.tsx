import { Box, ToggleButton, ToggleButtonGroup } from '@mui/material';
import { useController, type Control } from 'react-hook-form';
import { Panel } from '@/components/Panel';
import { TextInput } from '@/components/TextInput';
import { ModelField } from '@/forms/fields/ModelField';
import { MessagesField } from '@/forms/fields/MessagesField';
import { VariablesField } from '@/forms/fields/VariablesField';
import { toText, type PromptForm } from '@/forms/promptValues';
import { isObject } from '@/util/definition';

/** The template, its variables, and the model it is for. */
export function PromptContentFields({ control }: { control: Control<PromptForm> }) {
  const { field: type } = useController({ control, name: 'type' });
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
          <TextInput
            control={control}
            name="text"
            label=""
            inputProps={{ 'aria-label': 'Text of the prompt' }}
            multiline
            minRows={10}
            className="mono"
            placeholder={'Summarize in {{length}}:\n\n{{text}}'}
            rules={{ required: 'Write the prompt' }}
          />
        ) : (
          <MessagesField control={control} />
        )}
      </Panel>
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
