import { Box, Button, IconButton } from '@mui/material';
import { Plus, X } from 'lucide-react';
import { useController, useFieldArray, type Control } from 'react-hook-form';
import { SelectInput } from '@/components/SelectInput';
import { TextInput } from '@/components/TextInput';
import type { PromptForm } from '@/forms/promptValues';

const ROLES = [
  { value: 'system', label: 'System' },
  { value: 'user', label: 'User' },
  { value: 'assistant', label: 'Assistant' },
] as const;

/** Messages of a chat prompt, in order. */
export function MessagesField({ control }: { control: Control<PromptForm> }) {
  const { fields, append, remove } = useFieldArray({ control, name: 'messages' });
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      {fields.map((field, index) => (
        <Box key={field.id} sx={{ display: 'grid', gap: 1 }}>
          <Box sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
            <Box sx={{ width: 130 }}>
              <RoleField control={control} index={index} />
            </Box>
            <Box sx={{ flex: 1 }} />
            {fields.length > 1 && (
              <IconButton aria-label={`Remove message ${index + 1}`} onClick={() => remove(index)}>
                <X size={15} />
              </IconButton>
            )}
          </Box>
          <TextInput
            control={control}
            name={`messages.${index}.content`}
            label=""
            inputProps={{ 'aria-label': `Message ${index + 1}` }}
            multiline
            minRows={3}
            className="mono"
            rules={{ required: 'Write the message, or remove it' }}
          />
        </Box>
      ))}
      <Box>
        <Button startIcon={<Plus size={14} />} onClick={() => append({ role: 'user', content: '' })}>
          Add a message
        </Button>
      </Box>
    </Box>
  );
}

function RoleField({ control, index }: { control: Control<PromptForm>; index: number }) {
  const { field } = useController({ control, name: `messages.${index}.role` });
  return (
    <SelectInput
      isLabelHidden
      label={`Role of message ${index + 1}`}
      value={field.value}
      options={ROLES}
      onChange={field.onChange}
    />
  );
}
