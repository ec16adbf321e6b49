import { Box, Button, Typography } from '@mui/material';
import { Play, Square } from 'lucide-react';
import { useForm, useWatch, type Control } from 'react-hook-form';
import type { CreateModelCall, PromptDraft, PromptTemplateExample, PromptVersion } from '@/api/generated';
import { useModelCall } from '@/api/modelCall';
import { useSession } from '@/api/session';
import { useTemplateExamples } from '@/api/templateExamples';
import { ChoiceChips } from '@/components/ChoiceChips';
import { Panel } from '@/components/Panel';
import { ModelCallOutput } from '@/components/ModelCallOutput';
import { SelectInput } from '@/components/SelectInput';
import { collectVariables, exampleTexts, sharedVariables, type CallContent } from '@/forms/callVariables';
import { CallVariables } from '@/forms/fields/CallVariables';
import { ModelField } from '@/forms/fields/ModelField';
import { fromContent, type PromptForm } from '@/forms/promptValues';

interface Values {
  variables: Record<string, string>;
  model: string;
  mode: 'test' | 'live';
}

/** Tries a saved version. */
export function TryVersion({ version }: { version: PromptVersion }) {
  const content = fromContent(version.content);
  const reference = { prompt: version.prompt_id, version: version.number };
  const examples = useTemplateExamples(version);
  return <TryIt content={content} source={() => ({ reference })} examples={examples} />;
}

/** Tries what stands in the form, saved or not. */
export function TryDraft({ control, draft }: { control: Control<PromptForm>; draft: () => PromptDraft }) {
  const [type, text, messages, variables, model] = useWatch({
    control,
    name: ['type', 'text', 'messages', 'variables', 'model'],
  });
  return <TryIt content={{ type, text, messages, variables, model }} source={() => ({ draft: draft() })} />;
}

interface Props {
  content: CallContent;
  source: () => Pick<CreateModelCall, 'draft' | 'reference'>;
  /** Values to fill the form with. */
  examples?: readonly PromptTemplateExample[];
}

/** Variables, model, and the answer as it streams in. */
function TryIt({ content, source, examples = [] }: Props) {
  const { can } = useSession();
  const form = useForm<Values>({ defaultValues: { variables: {}, model: '', mode: 'test' } });
  const mode = useWatch({ control: form.control, name: 'mode' });
  const { state, start, stop } = useModelCall();
  const variables = sharedVariables([content]);
  const isStreaming = state.phase === 'streaming';
  const submit = form.handleSubmit((values) => {
    start({
      ...source(),
      variables: collectVariables(variables, values.variables),
      model: values.model || (content.model === '' && values.mode === 'test' ? 'sim-text' : ''),
      mode: values.mode,
    });
  });
  const fill = (title: string) => {
    const values = examples.find((example) => example.title === title)?.variables ?? {};
    form.setValue('variables', exampleTexts(variables, values));
    form.clearErrors('variables');
  };
  if (!can('models.call')) return null;
  return (
    <Panel title="Try it" sx={{ position: { md: 'sticky' }, top: { md: 24 } }}>
      {/* Not a form: it stands inside the form that saves the prompt. */}
      <Box sx={{ display: 'grid', gap: 2 }}>
        {examples.length > 0 && (
          <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
            <Typography variant="caption" color="textSecondary">
              Fill in an example:
            </Typography>
            <ChoiceChips label="Examples" choices={examples.map((example) => example.title)} onChoose={fill} />
          </Box>
        )}
        <CallVariables control={form.control} variables={variables} />
        <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: '1fr 1fr' }}>
          <ModelField
            control={form.control}
            name="model"
            mode={mode}
            placeholder={content.model || (mode === 'test' ? 'sim-text' : 'Name a model')}
          />
          <SelectInput
            label="Answered by"
            value={mode}
            onChange={(chosen) => form.setValue('mode', chosen)}
            options={[
              { value: 'test', label: 'Simulator' },
              { value: 'live', label: 'Provider' },
            ]}
          />
        </Box>
        <Box sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
          <Button
            variant="contained"
            color="primary"
            startIcon={<Play size={14} />}
            disabled={isStreaming}
            onClick={() => void submit()}
          >
            Run
          </Button>
          {isStreaming && (
            <Button startIcon={<Square size={13} />} onClick={stop}>
              Stop
            </Button>
          )}
          <Typography variant="caption" color="textSecondary">
            {mode === 'test' ? 'Deterministic, at no price.' : 'Metered and billed like a step.'}
          </Typography>
        </Box>
        <ModelCallOutput state={state} />
      </Box>
    </Panel>
  );
}
