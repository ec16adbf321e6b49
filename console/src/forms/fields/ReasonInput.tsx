import type { Control, FieldPath, FieldValues } from 'react-hook-form';
import { TextInput } from '@/components/TextInput';

interface Props<Values extends FieldValues> {
  control: Control<Values>;
  name: FieldPath<Values>;
  /** A policy asks for it. */
  isRequired: boolean;
}

/** Why a label is changed: it stands in the label's history for good. */
export function ReasonInput<Values extends FieldValues>({ control, name, isRequired }: Props<Values>) {
  return (
    <TextInput
      control={control}
      name={name}
      label={isRequired ? 'Reason' : 'Reason (optional)'}
      multiline
      maxRows={4}
      helperText="Kept in the label's history."
      rules={{
        maxLength: { value: 500, message: 'At most 500 characters' },
        ...(isRequired && { validate: (text: string) => text.trim() !== '' || 'A policy asks for a reason' }),
      }}
    />
  );
}
