import { Box, Button, Checkbox, Chip, FormControlLabel, IconButton, Typography } from '@mui/material';
import { Plus, X } from 'lucide-react';
import { useController, useFieldArray, useWatch, type Control } from 'react-hook-form';
import { SelectInput } from '@/components/SelectInput';
import { TextInput } from '@/components/TextInput';
import { isValue, toText, usedVariables, type PromptForm, type VariableType } from '@/forms/promptValues';

const TYPES: readonly { value: VariableType; label: string }[] = [
  { value: 'string', label: 'Text' },
  { value: 'number', label: 'Number' },
  { value: 'integer', label: 'Integer' },
  { value: 'boolean', label: 'True or false' },
  { value: 'list', label: 'List' },
  { value: 'object', label: 'Object' },
];

/** A declaration as it begins: a required text. */
export const fresh = (name: string) =>
  ({ name, type: 'string', description: '', isRequired: true, fallback: '', allowed: '' }) as const;

/** Declared variables; those that the template uses without a declaration are offered. */
export function VariablesField({ control }: { control: Control<PromptForm> }) {
  const { fields, append, remove } = useFieldArray({ control, name: 'variables' });
  const [type, text, messages, declared] = useWatch({ control, name: ['type', 'text', 'messages', 'variables'] });
  const undeclared = usedVariables({ type, text, messages, variables: declared }).filter(
    (name) => !declared.some((one) => one.name === name),
  );
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      {fields.length === 0 && undeclared.length === 0 && (
        <Typography variant="body2" color="textSecondary">
          Write <code>{'{{name}}'}</code> in the text, then declare it here with a type and a default.
        </Typography>
      )}
      {fields.map((field, index) => (
        <VariableRow key={field.id} control={control} index={index} onRemove={() => remove(index)} />
      ))}
      <Box sx={{ display: 'flex', gap: 0.75, flexWrap: 'wrap', alignItems: 'center' }}>
        {undeclared.map((name) => (
          <Chip key={name} clickable icon={<Plus size={12} />} label={name} onClick={() => append(fresh(name))} />
        ))}
        <Button startIcon={<Plus size={14} />} onClick={() => append(fresh(''))}>
          Declare a variable
        </Button>
      </Box>
      {undeclared.length > 0 && (
        <Typography variant="caption" color="textSecondary">
          Used in the text without a declaration: such a variable is text, and required.
        </Typography>
      )}
    </Box>
  );
}

function VariableRow({
  control,
  index,
  onRemove,
}: {
  control: Control<PromptForm>;
  index: number;
  onRemove: () => void;
}) {
  const name = `variables.${index}` as const;
  const { field: type } = useController({ control, name: `${name}.type` });
  const { field: required } = useController({ control, name: `${name}.isRequired` });
  const own = useWatch({ control, name: `${name}.name` });
  const hint = type.value === 'string' ? 'Empty text counts' : 'As JSON';
  return (
    <Box
      role="group"
      aria-label={`Variable ${own || index + 1}`}
      sx={{ display: 'grid', gap: 1.25, pb: 2, borderBottom: 1, borderColor: 'divider' }}
    >
      <Box
        sx={{
          display: 'grid',
          gap: 1.25,
          gridTemplateColumns: { xs: '1fr 1fr 32px', sm: '1.2fr 1fr 2fr 32px' },
          alignItems: 'start',
        }}
      >
        <TextInput
          control={control}
          name={`${name}.name`}
          label="Name"
          rules={{
            required: 'Name it',
            pattern: { value: /^[A-Za-z_][A-Za-z0-9_]{0,63}$/, message: 'Letters, digits and _' },
          }}
        />
        <SelectInput label="Type" value={type.value} options={TYPES} onChange={type.onChange} />
        <Box sx={{ gridColumn: { xs: '1 / -1', sm: 'auto' }, gridRow: { xs: 2, sm: 'auto' } }}>
          <TextInput control={control} name={`${name}.description`} label="What it is for" />
        </Box>
        <IconButton aria-label={`Remove variable ${own || index + 1}`} onClick={onRemove} sx={{ mt: 3 }}>
          <X size={15} />
        </IconButton>
      </Box>
      <Box
        sx={{
          display: 'grid',
          gap: 1.25,
          gridTemplateColumns: { xs: '1fr', sm: '130px 1fr 1fr' },
          alignItems: 'start',
        }}
      >
        <FormControlLabel
          sx={{ mt: { sm: 2.75 } }}
          control={
            <Checkbox size="small" checked={required.value} onChange={(_, checked) => required.onChange(checked)} />
          }
          label="Required"
          slotProps={{ typography: { variant: 'body2' } }}
        />
        {!required.value && (
          <TextInput
            control={control}
            name={`${name}.fallback`}
            label="Default"
            helperText={hint}
            rules={{ validate: (text) => isValue(type.value, toText(text)) || 'Not a value of this type' }}
          />
        )}
        <TextInput
          control={control}
          name={`${name}.allowed`}
          label="Allowed values"
          helperText="Separated by commas; empty: any"
        />
      </Box>
    </Box>
  );
}
