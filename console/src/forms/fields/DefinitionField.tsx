import { Alert, Box, ButtonBase } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { validatePipeline } from '@/api/generated';
import { getDefinitionSchemaOptions } from '@/api/generated/@tanstack/react-query.gen';
import JsonEditor, { type EditorHandle, type Fault } from '@/components/editor/JsonEditor';
import StepGraph from '@/components/graph/StepGraph';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { readSteps, type DefinitionStep } from '@/util/definition';

interface Props {
  value: string;
  onChange: (value: string) => void;
}

/** A definition as JSON: completed from its schema, checked by the server while it is written, drawn beside. */
export default function DefinitionField({ value, onChange }: Props) {
  const schema = useQuery({ ...getDefinitionSchemaOptions(), staleTime: Infinity });
  const [checked, setChecked] = useState<{ text: string; faults: Fault[] }>();
  const [problem, setProblem] = useState<unknown>(null);
  const editor = useRef<EditorHandle>(null);
  const validate = useCallback(async (text: string) => {
    try {
      const body = { definition: JSON.parse(text) as Record<string, unknown> };
      const { data } = await validatePipeline({ body, throwOnError: true });
      setChecked({ text, faults: data.faults });
      setProblem(null);
      return data.faults;
    } catch (error) {
      setProblem(error);
      throw error;
    }
  }, []);
  const steps = useParsedSteps(value);
  return (
    <Box
      sx={{
        display: 'grid',
        gap: 2,
        gridTemplateColumns: { lg: 'minmax(0, 1fr) minmax(0, 1fr)' },
        alignItems: 'start',
      }}
    >
      <Panel title="Definition" isFlush>
        <JsonEditor
          ref={editor}
          label="Pipeline definition"
          value={value}
          onChange={onChange}
          schema={schema.data}
          validate={validate}
          minHeight={420}
          maxHeight="70vh"
        />
      </Panel>
      <Box sx={{ display: 'grid', gap: 2, position: { lg: 'sticky' }, top: { lg: 24 } }}>
        <Panel title="Graph" isFlush>
          <StepGraph steps={steps} height={520} />
        </Panel>
        <ProblemAlert error={problem} />
        <Faults
          isJson={parseSteps(value) !== undefined}
          faults={checked?.text === value ? checked.faults : undefined}
          onChoose={(fault) => editor.current?.show(fault.path)}
        />
      </Box>
    </Box>
  );
}

interface FaultsProps {
  isJson: boolean;
  /** undefined while the text as it stands is not checked yet. */
  faults: readonly Fault[] | undefined;
  onChoose: (fault: Fault) => void;
}

function Faults({ isJson, faults, onChoose }: FaultsProps) {
  if (!isJson) return <Alert severity="error">Not JSON yet: the line at fault is marked.</Alert>;
  if (faults === undefined) return <Alert severity="info">Checking …</Alert>;
  if (faults.length === 0) {
    return (
      <Alert severity="success" icon={<CircleCheck size={18} />} role="status">
        Valid: it can be saved and run.
      </Alert>
    );
  }
  return (
    <Panel title={faults.length === 1 ? 'One fault' : `${faults.length} faults`} isFlush>
      <Box component="ul" role="status" sx={{ listStyle: 'none', m: 0, p: 0.75 }}>
        {faults.map((fault) => (
          <li key={`${fault.path} ${fault.message}`}>
            <ButtonBase
              onClick={() => onChoose(fault)}
              sx={{
                display: 'block',
                width: 1,
                textAlign: 'left',
                px: 1.25,
                py: 0.75,
                borderRadius: 1,
                fontSize: 13,
                '&:hover': { bgcolor: 'subtle' },
              }}
            >
              <Box component="code" sx={{ color: 'error.main' }}>
                {fault.path || 'the whole document'}
              </Box>
              <Box>{fault.message}</Box>
            </ButtonBase>
          </li>
        ))}
      </Box>
    </Panel>
  );
}

/** Steps of the text while it is JSON; of the last JSON it was while it is half-written. */
function useParsedSteps(text: string): DefinitionStep[] {
  const parsed = useMemo(() => parseSteps(text), [text]);
  const [last, setLast] = useState<DefinitionStep[]>(parsed ?? []);
  if (parsed !== undefined && parsed !== last) setLast(parsed);
  return parsed ?? last;
}

function parseSteps(text: string): DefinitionStep[] | undefined {
  try {
    return readSteps(JSON.parse(text));
  } catch {
    return undefined;
  }
}
