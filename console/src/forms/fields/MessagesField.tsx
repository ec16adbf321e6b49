import { Box, Button, IconButton } from '@mui/material';
import { Plus, X } from 'lucide-react';
import { useCallback } from 'react';
import { useController, useFieldArray, useWatch, type Control } from 'react-hook-form';
import type { Mark, TemplateHandle } from '@/components/editor/TemplateEditor';
import { SelectInput } from '@/components/SelectInput';
import { TextInput } from '@/components/TextInput';
import { TemplateField } from '@/forms/fields/TemplateField';
import type { PromptForm } from '@/forms/promptValues';

const ROLES = [
  { value: 'system', label: 'System' },
  { value: 'user', label: 'User' },
  { value: 'assistant', label: 'Assistant' },
  { value: 'placeholder', label: 'Placeholder' },
] as const;

interface Templates {
  /** What is to be underlined, by the index of the message. */
  marks: ReadonlyMap<number, Mark[]>;
  onEditor: (index: number, editor: TemplateHandle | null) => void;
}

/** Messages of a chat prompt, in order. */
export function MessagesField({ control, ...templates }: { control: Control<PromptForm> } & Templates) {
  const { fields, append, remove } = useFieldArray({ control, name: 'messages' });
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      {fields.map((field, index) => (
        <Box key={field.id} sx={{ display: 'grid', gap: 1 }}>
          <Box sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
            <Box sx={{ width: 140 }}>
              <RoleField control={control} index={index} />
            </Box>
            <Box sx={{ flex: 1 }} />
            {fields.length > 1 && (
              <IconButton aria-label={`Remove message ${index + 1}`} onClick={() => remove(index)}>
                <X size={15} />
              </IconButton>
            )}
          </Box>
          <MessageField control={control} index={index} {...templates} />
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

function MessageField({
  control,
  index,
  marks,
  onEditor,
}: { control: Control<PromptForm>; index: number } & Templates) {
  const tell = useCallback((editor: TemplateHandle | null) => onEditor(index, editor), [index, onEditor]);
  const role = useWatch({ control, name: `messages.${index}.role` });
  if (role === 'placeholder') return <PlaceholderField control={control} index={index} />;
  return (
    <TemplateField
      control={control}
      name={`messages.${index}.content`}
      label={`Message ${index + 1}`}
      required="Write the message, or remove it"
      minRows={3}
      marks={marks.get(index)}
      onEditor={tell}
    />
  );
}

/** Which variable's messages stand here. */
function PlaceholderField({ control, index }: { control: Control<PromptForm>; index: number }) {
  const rules = {
    required: 'Name the variable',
    pattern: { value: /^[A-Za-z_][A-Za-z0-9_]{0,63}$/, message: 'Letters, digits and underscores, no digit first' },
  };
  return (
    <TextInput
      control={control}
      name={`messages.${index}.content`}
      label={`Variable of message ${index + 1}`}
      placeholder="history"
      helperText="A list of messages: whoever fills the prompt says what was said before."
      rules={rules}
    />
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
