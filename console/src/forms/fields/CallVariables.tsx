import { useController, type Control, type FieldValues, type FieldPath } from 'react-hook-form';
import { SelectInput } from '@/components/SelectInput';
import { TextInput } from '@/components/TextInput';
import { choicesOf, faultOfVariable, type SharedVariable } from '@/forms/callVariables';
import { toText } from '@/forms/promptValues';

interface Props<Values extends FieldValues & { variables: Record<string, string> }> {
  control: Control<Values>;
  variables: readonly SharedVariable[];
}

/** A field for each variable: a list for what is limited to some values, else text, or JSON for other types. */
export function CallVariables<Values extends FieldValues & { variables: Record<string, string> }>({
  control,
  variables,
}: Props<Values>) {
  return variables.map((variable) =>
    choicesOf(variable).length > 0 ? (
      <ChoiceInput key={variable.name} control={control} variable={variable} />
    ) : (
      <ValueInput key={variable.name} control={control} variable={variable} />
    ),
  );
}

interface InputProps<Values extends FieldValues> {
  control: Control<Values>;
  variable: SharedVariable;
}

function ValueInput<Values extends FieldValues>({ control, variable }: InputProps<Values>) {
  const { name, type, description, isRequired, fallback } = variable;
  return (
    <TextInput
      control={control}
      name={pathOf<Values>(name)}
      label={name}
      className={type === 'string' ? '' : 'mono'}
      multiline
      maxRows={10}
      placeholder={isRequired ? (type === 'string' ? '' : 'JSON') : fallback}
      helperText={description}
      rules={{ validate: (text) => faultOfVariable(variable, toText(text)) ?? true }}
    />
  );
}

function ChoiceInput<Values extends FieldValues>({ control, variable }: InputProps<Values>) {
  const { name, description, isRequired, fallback } = variable;
  const { field, fieldState } = useController({
    control,
    name: pathOf<Values>(name),
    rules: { validate: (text) => faultOfVariable(variable, toText(text)) ?? true },
  });
  const none = { value: '', label: isRequired ? 'Choose one' : `Default: ${fallback || 'empty'}` };
  return (
    <SelectInput
      label={name}
      value={toText(field.value)}
      onChange={field.onChange}
      options={[none, ...choicesOf(variable).map((choice) => ({ value: choice, label: choice }))]}
      helperText={fieldState.error?.message ?? description}
    />
  );
}

function pathOf<Values extends FieldValues>(name: string): FieldPath<Values> {
  return `variables.${name}` as FieldPath<Values>;
}
