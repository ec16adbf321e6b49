import { Box, FormControl, FormHelperText, InputLabel, OutlinedInput } from '@mui/material';
import { useId, useState } from 'react';
import type { ImportOptions } from '@/api/promptImport';
import { SelectInput } from '@/components/SelectInput';

interface Props {
  options: ImportOptions;
  isDisabled: boolean;
  onChange: (options: ImportOptions) => void;
}

const LABELS = [
  { value: 'move', label: 'Point where the file says' },
  { value: 'add', label: 'Set only those not set here' },
  { value: 'skip', label: 'Leave labels out' },
] as const;

/** How the file is brought in. */
export function ImportOptionsForm({ options, isDisabled, onChange }: Props) {
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 220px), 1fr))' }}>
      <LateText
        label="Folder to import into"
        hint="Such as imported/ – put before each name"
        value={options.name_prefix ?? ''}
        isDisabled={isDisabled}
        onChange={(value) => onChange({ ...options, name_prefix: value })}
      />
      <SelectInput
        label="Labels"
        value={options.labels ?? 'move'}
        options={LABELS}
        disabled={isDisabled}
        onChange={(value) => onChange({ ...options, labels: value })}
      />
      <LateText
        label="Reason"
        hint="Why labels move; some policies ask for it"
        value={options.reason ?? ''}
        isDisabled={isDisabled}
        onChange={(value) => onChange({ ...options, reason: value })}
      />
    </Box>
  );
}

interface LateTextProps {
  label: string;
  hint: string;
  value: string;
  isDisabled: boolean;
  onChange: (value: string) => void;
}

/** A field that tells what was typed when it is left, or on Enter: each change checks the file anew. */
function LateText({ label, hint, value, isDisabled, onChange }: LateTextProps) {
  const id = useId();
  const [typed, setTyped] = useState(value);
  const tell = () => typed !== value && onChange(typed);
  return (
    <FormControl fullWidth disabled={isDisabled}>
      <InputLabel htmlFor={id}>{label}</InputLabel>
      <OutlinedInput
        id={id}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={tell}
        onKeyDown={(event) => event.key === 'Enter' && tell()}
        aria-describedby={`${id}-hint`}
      />
      <FormHelperText id={`${id}-hint`}>{hint}</FormHelperText>
    </FormControl>
  );
}
