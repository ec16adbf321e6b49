import { FormControl, FormHelperText, InputLabel, OutlinedInput, type OutlinedInputProps } from '@mui/material';
import { useId, type ReactNode } from 'react';
import { useController, type Control, type FieldPath, type FieldValues, type RegisterOptions } from 'react-hook-form';

interface Props<Values extends FieldValues> extends Omit<
  OutlinedInputProps,
  'name' | 'error' | 'label' | 'value' | 'defaultValue'
> {
  control: Control<Values>;
  name: FieldPath<Values>;
  /** Empty: the field is labelled by `inputProps['aria-label']`. */
  label: string;
  helperText?: ReactNode;
  rules?: Omit<RegisterOptions<Values>, 'valueAsNumber' | 'valueAsDate' | 'setValueAs' | 'disabled'>;
}

/**
 * A labelled field of a form: its error, from here or from the server, stands below it in place of its hint.
 * Not MUI's TextField: that brings menus and popovers along, 20 KB that the log-in has no use for.
 */
export function TextInput<Values extends FieldValues>({
  control,
  name,
  label,
  rules,
  helperText,
  ...rest
}: Props<Values>) {
  const id = useId();
  const { field, fieldState } = useController({ control, name, ...(rules && { rules }) });
  const { ref, ...input } = field;
  const hint = fieldState.error?.message ?? helperText;
  return (
    <FormControl fullWidth error={fieldState.invalid}>
      {label && <InputLabel htmlFor={id}>{label}</InputLabel>}
      <OutlinedInput {...rest} {...input} id={id} inputRef={ref} aria-describedby={hint ? `${id}-hint` : undefined} />
      {hint && (
        <FormHelperText id={`${id}-hint`} role={fieldState.invalid ? 'alert' : undefined}>
          {hint}
        </FormHelperText>
      )}
    </FormControl>
  );
}
