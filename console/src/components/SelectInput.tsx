import { FormControl, FormHelperText, InputLabel, NativeSelect, OutlinedInput } from '@mui/material';
import { useId, type ReactNode } from 'react';

interface Option<Value extends string> {
  value: Value;
  label: string;
}

interface Props<Value extends string> {
  label: string;
  /** The label is for screen readers only. */
  isLabelHidden?: boolean;
  value: Value;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
  helperText?: ReactNode;
  disabled?: boolean;
}

/** A choice by the browser's own list: on phones the wheel, with the keyboard by typing. */
export function SelectInput<Value extends string>(props: Props<Value>) {
  const { label, isLabelHidden = false, value, options, onChange, helperText, disabled = false } = props;
  const id = useId();
  return (
    <FormControl fullWidth disabled={disabled}>
      {!isLabelHidden && <InputLabel htmlFor={id}>{label}</InputLabel>}
      <NativeSelect
        input={<OutlinedInput />}
        inputProps={{ id, 'aria-label': isLabelHidden ? label : undefined }}
        value={value}
        onChange={(event) => onChange(event.target.value as Value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </NativeSelect>
      {helperText && <FormHelperText>{helperText}</FormHelperText>}
    </FormControl>
  );
}
