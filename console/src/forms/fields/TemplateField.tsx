import { FormControl, FormHelperText } from '@mui/material';
import { useEffect, useRef } from 'react';
import { useController, type Control } from 'react-hook-form';
import { TemplateEditor, type Mark, type TemplateHandle } from '@/components/editor/TemplateEditor';
import type { PromptForm } from '@/forms/promptValues';

/** What stands in a template as long as nobody found anything. */
const NONE: readonly Mark[] = [];

interface Props {
  control: Control<PromptForm>;
  name: 'text' | `messages.${number}.content`;
  label: string;
  required: string;
  minRows: number;
  placeholder?: string;
  marks: readonly Mark[] | undefined;
  /** Told of the editor when it is there, and of null when it goes. */
  onEditor: (editor: TemplateHandle | null) => void;
}

/** A template of the form: its errors, from here or from the server, stand below it. */
export function TemplateField({ control, name, label, required, marks = NONE, onEditor, ...rest }: Props) {
  const { field, fieldState } = useController({ control, name, rules: { required } });
  const editor = useRef<TemplateHandle>(null);
  const { ref } = field;
  useEffect(() => {
    ref({ focus: () => editor.current?.focus() });
    onEditor(editor.current);
    return () => onEditor(null);
  }, [ref, onEditor]);
  return (
    <FormControl fullWidth error={fieldState.invalid}>
      <TemplateEditor
        ref={editor}
        label={label}
        value={field.value}
        onChange={field.onChange}
        onBlur={field.onBlur}
        marks={marks}
        isInvalid={fieldState.invalid}
        {...rest}
      />
      {fieldState.error?.message && <FormHelperText role="alert">{fieldState.error.message}</FormHelperText>}
    </FormControl>
  );
}
