import { Box, Button, Typography } from '@mui/material';
import { Play, Square } from 'lucide-react';
import { useWatch, type UseFormReturn } from 'react-hook-form';
import type { PromptVersion } from '@/api/generated';
import type { ModelCallState } from '@/api/modelCall';
import { useTemplateExamples } from '@/api/templateExamples';
import { ChoiceChips } from '@/components/ChoiceChips';
import { Panel } from '@/components/Panel';
import { SelectInput } from '@/components/SelectInput';
import { exampleTexts, type SharedVariable } from '@/forms/callVariables';
import { CallVariables } from '@/forms/fields/CallVariables';
import type { PlaygroundValues } from '@/forms/playgroundValues';

interface Props {
  form: UseFormReturn<PlaygroundValues>;
  /** Whose examples are offered. */
  base: PromptVersion;
  variables: readonly SharedVariable[];
  /** Of all columns. */
  states: readonly ModelCallState[];
  isRunning: boolean;
  onRun: () => void;
  onStop: () => void;
}

/** What all columns share: values of the variables, who answers, run and stop. */
export function PlaygroundInputs({ form, base, variables, states, isRunning, onRun, onStop }: Props) {
  const examples = useTemplateExamples(base);
  const mode = useWatch({ control: form.control, name: 'mode' });
  const fill = (title: string) => {
    const values = examples.find((example) => example.title === title)?.variables ?? {};
    form.setValue('variables', exampleTexts(variables, values), { shouldDirty: true });
    form.clearErrors('variables');
  };
  return (
    <Panel title="Values">
      <Box
        component="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          onRun();
        }}
        sx={{ display: 'grid', gap: 2 }}
      >
        {examples.length > 0 && (
          <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
            <Typography variant="caption" color="textSecondary">
              Fill in an example:
            </Typography>
            <ChoiceChips label="Examples" choices={examples.map((example) => example.title)} onChoose={fill} />
          </Box>
        )}
        {variables.length === 0 ? (
          <Typography color="textSecondary">What is tried has no variables.</Typography>
        ) : (
          <Box
            sx={{
              display: 'grid',
              gap: 2,
              alignItems: 'start',
              gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 280px), 1fr))',
            }}
          >
            <CallVariables control={form.control} variables={variables} />
          </Box>
        )}
        <Box sx={{ display: 'flex', gap: 1.5, alignItems: 'end', flexWrap: 'wrap' }}>
          <Box sx={{ width: 160 }}>
            <SelectInput
              label="Answered by"
              value={mode}
              onChange={(chosen) => form.setValue('mode', chosen, { shouldDirty: true })}
              options={[
                { value: 'test', label: 'Simulator' },
                { value: 'live', label: 'Provider' },
              ]}
            />
          </Box>
          <Button
            type="submit"
            variant="contained"
            color="primary"
            startIcon={<Play size={14} />}
            disabled={isRunning}
            aria-keyshortcuts="Control+Enter Meta+Enter"
          >
            {states.length > 1 ? `Run all ${states.length}` : 'Run'}
          </Button>
          {isRunning && (
            <Button startIcon={<Square size={13} />} onClick={onStop} aria-keyshortcuts="Escape">
              Stop
            </Button>
          )}
          <Typography variant="caption" color="textSecondary" sx={{ pb: 0.75 }}>
            {mode === 'test' ? 'Deterministic, at no price.' : 'Metered and billed like a step.'} Ctrl+Enter runs,
            Escape stops.
          </Typography>
        </Box>
        <Typography role="status" variant="body2" color="textSecondary" sx={{ '&:empty': { mt: -2 } }}>
          {progress(states)}
        </Typography>
      </Box>
    </Panel>
  );
}

/** How far the answers are, in words: also what screen readers hear. */
function progress(states: readonly ModelCallState[]): string {
  const begun = states.filter((state) => state.phase !== 'idle');
  if (begun.length === 0) return '';
  const count = (phase: ModelCallState['phase']) => begun.filter((state) => state.phase === phase).length;
  const [done, failed, stopped] = [count('done'), count('failed'), count('stopped')];
  const parts = [
    `${done} of ${begun.length} ${begun.length === 1 ? 'answer is' : 'answers are'} complete`,
    failed > 0 ? `${failed} failed` : '',
    stopped > 0 ? `${stopped} stopped` : '',
  ];
  return `${parts.filter((part) => part !== '').join(', ')}.`;
}
