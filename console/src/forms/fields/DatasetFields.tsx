import type { Control } from 'react-hook-form';
import { TextInput } from '@/components/TextInput';

interface DatasetValues {
  name: string;
  description: string;
}

/** What a dataset is called, and what it is for. */
export function DatasetFields({ control }: { control: Control<DatasetValues> }) {
  return (
    <>
      <TextInput
        control={control}
        name="name"
        label="Name"
        autoFocus
        placeholder="Support questions"
        helperText="Unique in the workspace, at most 128 characters."
        rules={{ required: 'Name the dataset', maxLength: { value: 128, message: 'At most 128 characters' } }}
      />
      <TextInput control={control} name="description" label="Description" multiline minRows={2} />
    </>
  );
}
