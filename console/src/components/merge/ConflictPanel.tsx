import {
  Box,
  FormControl,
  FormHelperText,
  OutlinedInput,
  ToggleButton,
  ToggleButtonGroup,
  Typography,
  useMediaQuery,
} from '@mui/material';
import type { Theme } from '@mui/material/styles';
import { useId, useState } from 'react';
import type { MergeConflict } from '@/api/generated';
import { bothSides, isTextual, placeOf, readValue, shownValue } from '@/components/merge/mergeWords';
import type { Choice } from '@/components/merge/useMerge';
import { Panel } from '@/components/Panel';

interface Props {
  conflict: MergeConflict;
  /** What the sides are called: branches, versions, "your text". */
  names: { ours: string; theirs: string };
  choice: Choice | undefined;
  onChoose: (choice: Choice | undefined) => void;
}

/** One place that both sides changed: take one of them, or write what shall stand there. */
export function ConflictPanel({ conflict, names, choice, onChoose }: Props) {
  const place = placeOf(conflict);
  const isNarrow = useMediaQuery((theme: Theme) => theme.breakpoints.down('sm'));
  const isText = isTextual(conflict);
  const [written, setWritten] = useState(() => bothSides(conflict));
  const isByHand = choice !== undefined && 'value' in choice;
  const [isWriting, setWriting] = useState(isByHand);
  const write = (text: string) => {
    setWritten(text);
    const value = readValue(text, isText);
    onChoose(value === undefined ? undefined : { value });
  };
  const pick = (how: 'ours' | 'theirs' | 'hand' | null) => {
    if (how === null) return;
    setWriting(how === 'hand');
    if (how === 'hand') write(written);
    else onChoose({ side: how });
  };
  const chosen = isWriting ? 'hand' : choice && 'side' in choice ? choice.side : null;
  return (
    <Panel title={place}>
      <ToggleButtonGroup
        exclusive
        size="small"
        orientation={isNarrow ? 'vertical' : 'horizontal'}
        fullWidth={isNarrow}
        aria-label={`How to settle ${place}`}
        value={chosen}
        onChange={(_, how: 'ours' | 'theirs' | 'hand' | null) => pick(how)}
        sx={{ mb: 1.5 }}
      >
        <ToggleButton value="ours">Take {names.ours}</ToggleButton>
        <ToggleButton value="theirs">Take {names.theirs}</ToggleButton>
        <ToggleButton value="hand">Edit by hand</ToggleButton>
      </ToggleButtonGroup>
      <Box sx={{ display: 'grid', gap: 1.5, gridTemplateColumns: { sm: 'repeat(3, minmax(0, 1fr))' } }}>
        <Side name="Before" value={conflict.base} />
        <Side name={capital(names.ours)} value={conflict.ours} isChosen={chosen === 'ours'} />
        <Side name={capital(names.theirs)} value={conflict.theirs} isChosen={chosen === 'theirs'} />
      </Box>
      {isWriting && (
        <ByHand
          label={`What shall stand at ${place}`}
          value={written}
          isWrong={choice === undefined}
          onChange={write}
        />
      )}
    </Panel>
  );
}

function Side({ name, value, isChosen = false }: { name: string; value: unknown; isChosen?: boolean }) {
  const text = shownValue(value);
  return (
    <Box sx={{ minWidth: 0 }}>
      <Typography variant="caption" color="textSecondary" component="div" sx={{ overflowWrap: 'anywhere' }}>
        {name}
      </Typography>
      <Box
        className="mono"
        sx={{
          p: 1,
          border: 1,
          borderColor: isChosen ? 'primary.main' : 'divider',
          borderRadius: 1,
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
          fontSize: 12.5,
          minHeight: 36,
        }}
      >
        {text === '' ? (
          <Typography variant="body2" color="textSecondary" component="span">
            nothing
          </Typography>
        ) : (
          text
        )}
      </Box>
    </Box>
  );
}

interface ByHandProps {
  label: string;
  value: string;
  isWrong: boolean;
  onChange: (text: string) => void;
}

function ByHand({ label, value, isWrong, onChange }: ByHandProps) {
  const id = useId();
  return (
    <FormControl fullWidth error={isWrong} sx={{ mt: 1.5 }}>
      <OutlinedInput
        multiline
        minRows={2}
        className="mono"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        inputProps={{ 'aria-label': label, 'aria-describedby': id }}
      />
      <FormHelperText id={id} role={isWrong ? 'alert' : undefined}>
        {isWrong ? 'Not JSON yet' : 'Empty: nothing stands there.'}
      </FormHelperText>
    </FormControl>
  );
}

function capital(word: string): string {
  return /^(version|your)\b/.test(word) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
}
