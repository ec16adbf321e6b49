import { Alert, Box, Typography } from '@mui/material';
import type { Step, UsageRecord } from '@/api/generated';
import { Elapsed, Money, Tokens } from '@/components/Figures';
import { JsonValue } from '@/components/JsonValue';
import { Panel } from '@/components/Panel';
import { StateChip } from '@/components/StateChip';
import { StreamedText } from '@/components/StreamedText';
import { isObject } from '@/util/definition';

interface Props {
  step: Step;
  /** May be ahead of `step.state`: events arrive before the step is read again. */
  state: string;
  /** What the model has written of the attempt at work. */
  liveText: string;
  records: readonly UsageRecord[];
}

/** One step: what went in, what came out (token by token while it comes), what it used. */
export function StepDetail({ step, state, liveText, records }: Props) {
  const isRunning = state === 'running';
  const cost = records.reduce((sum, record) => sum + BigInt(record.cost_nano_usd), 0n);
  const isPrompt = step.type === 'prompt';
  const finalText =
    isPrompt && isObject(step.output) && typeof step.output.text === 'string' ? step.output.text : undefined;
  const text = finalText ?? liveText;
  return (
    <Box sx={{ display: 'grid', gap: 2, minWidth: 0 }}>
      <Panel title={step.step_id} actions={<StateChip state={state} />}>
        <Box
          component="dl"
          className="tabular"
          sx={{
            m: 0,
            display: 'flex',
            flexWrap: 'wrap',
            columnGap: 3,
            rowGap: 0.5,
            fontSize: 13,
            '& dt': { color: 'text.secondary', mr: 0.75 },
            '& dd': { m: 0 },
            '& > div': { display: 'flex' },
          }}
        >
          <Fact name="Type">{step.type}</Fact>
          {step.model && <Fact name="Model">{step.model}</Fact>}
          <Fact name="Tokens">
            <Tokens usage={step.usage} />
          </Fact>
          {records.length > 0 && (
            <Fact name="Cost">
              <Money nanoUsd={cost} />
            </Fact>
          )}
          <Fact name="Took">
            <Elapsed start={step.start_time} end={step.end_time} />
          </Fact>
          {step.attempt > 1 && <Fact name="Attempt">{step.attempt}</Fact>}
        </Box>
        {step.error && (
          <Alert severity={state === 'failed' ? 'error' : 'warning'} sx={{ mt: 1.5 }}>
            {step.error.message} <code>({step.error.reason})</code>
          </Alert>
        )}
      </Panel>
      {(text !== '' || (isRunning && isPrompt)) && (
        <Panel title={isRunning ? 'Answer, as it comes' : 'Answer'}>
          <StreamedText label={`Answer of ${step.step_id}`} text={text} isStreaming={isRunning} />
        </Panel>
      )}
      <Panel title="Input" isFlush>
        <JsonValue
          value={step.input}
          empty={<Nothing>{state === 'pending' ? 'Known once the steps before it are done.' : 'None.'}</Nothing>}
        />
      </Panel>
      {(finalText === undefined || state === 'succeeded') && (
        <Panel title="Output" isFlush>
          <JsonValue
            value={step.output}
            empty={
              <Nothing>{state === 'skipped' ? 'Skipped: a condition chose another branch.' : 'None yet.'}</Nothing>
            }
          />
        </Panel>
      )}
    </Box>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Nothing({ children }: { children: React.ReactNode }) {
  return (
    <Typography variant="body2" color="textSecondary" sx={{ p: 2 }}>
      {children}
    </Typography>
  );
}
