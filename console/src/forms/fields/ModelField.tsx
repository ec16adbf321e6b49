import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import type { Control, FieldPath, FieldValues } from 'react-hook-form';
import { listModelsOptions } from '@/api/generated/@tanstack/react-query.gen';
import { useSession } from '@/api/session';
import { TextInput } from '@/components/TextInput';

interface Props<Values extends FieldValues> {
  control: Control<Values>;
  name: FieldPath<Values>;
  /** Whose models to offer. */
  mode: 'test' | 'live';
  placeholder: string;
}

/** A model by name; those that are known are offered, any other may be typed. */
export function ModelField<Values extends FieldValues>({ control, name, mode, placeholder }: Props<Values>) {
  const { can } = useSession();
  const id = useId();
  const models = useQuery({
    ...listModelsOptions({ query: { mode } }),
    enabled: can('providers.read'),
    staleTime: 60_000,
  });
  return (
    <>
      <TextInput
        control={control}
        name={name}
        label="Model"
        placeholder={placeholder}
        inputProps={{ list: id, autoComplete: 'off' }}
      />
      <datalist id={id}>
        {models.data?.items.map((model) => (
          <option key={`${model.provider} ${model.name}`} value={model.name}>
            {model.description}
          </option>
        ))}
      </datalist>
    </>
  );
}
