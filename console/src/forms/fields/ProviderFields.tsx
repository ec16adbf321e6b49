import type { Control } from 'react-hook-form';
import { TextInput } from '@/components/TextInput';

export interface ProviderValues {
  name: string;
  base_url: string;
  api_key: string;
  /** Comma-separated. */
  models: string;
}

/** "a, b" → ["a", "b"]; nothing → any model. */
export function splitModels(text: string): string[] {
  const names = text.split(/[,\s]+/).filter((name) => name !== '');
  return names.length > 0 ? names : ['*'];
}

/** Fields of a provider; its key can be written, never read. */
export function ProviderFields({ control, keyHint }: { control: Control<ProviderValues>; keyHint: string }) {
  return (
    <>
      <TextInput
        control={control}
        name="name"
        label="Name"
        placeholder="OpenAI"
        rules={{ required: 'Name the provider' }}
      />
      <TextInput
        control={control}
        name="base_url"
        label="Base URL"
        type="url"
        placeholder="https://api.openai.com/v1"
        helperText="Anything that speaks OpenAI's API: OpenAI, Azure, vLLM, LM Studio, Ollama."
        rules={{
          required: 'Enter the base URL',
          pattern: { value: /^https?:\/\/\S+$/, message: 'An address that begins with https://' },
        }}
      />
      <TextInput
        control={control}
        name="api_key"
        label="API key"
        type="password"
        autoComplete="off"
        helperText={keyHint}
      />
      <TextInput
        control={control}
        name="models"
        label="Models"
        placeholder="gpt-4o-mini, gpt-4o"
        helperText="Names that go to this provider, separated by commas. Empty or *: any."
      />
    </>
  );
}
