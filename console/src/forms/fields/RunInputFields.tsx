import { Box } from '@mui/material';
import { useController, type Control } from 'react-hook-form';
import { SelectInput } from '@/components/SelectInput';
import { TextInput } from '@/components/TextInput';
import { toText } from '@/forms/promptValues';
import { faultOf, type StartRunValues } from '@/forms/runInput';
import type { InputField } from '@/util/definition';

/** A field for each property of the definition's input. */
export function RunInputFields({
  control,
  fields,
}: {
  control: Control<StartRunValues>;
  fields: readonly InputField[];
}) {
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      {fields.map((field) =>
        field.options.length > 0 && field.type === 'string' ? (
          <Choice key={field.name} control={control} field={field} />
        ) : (
          <TextInput
            key={field.name}
            control={control}
            name={`fields.${field.name}`}
            label={field.isRequired ? field.name : `${field.name} (optional)`}
            className={field.type === 'string' ? '' : 'mono'}
            multiline
            minRows={(field.maxLength ?? 0) > 1000 ? 5 : 1}
            maxRows={14}
            placeholder={toText(field.defaultValue)}
            helperText={field.description || (field.type === 'string' ? '' : `${field.type}, as JSON`)}
            rules={{ validate: (text) => faultOf(field, typeof text === 'string' ? text : '') ?? true }}
          />
        ),
      )}
    </Box>
  );
}

function Choice({ control, field }: { control: Control<StartRunValues>; field: InputField }) {
  const { field: input } = useController({ control, name: `fields.${field.name}` });
  const none = { value: '', label: field.isRequired ? 'Choose' : 'Left out' };
  return (
    <SelectInput
      label={field.isRequired ? field.name : `${field.name} (optional)`}
      value={input.value ?? ''} // eslint-disable-line @typescript-eslint/no-unnecessary-condition -- a record has no key before it is set
      options={[none, ...field.options.map((option) => ({ value: option, label: option }))]}
      onChange={input.onChange}
      helperText={field.description}
    />
  );
}
