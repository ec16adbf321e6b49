import { Box, FormHelperText, Typography } from '@mui/material';
import { lazy, Suspense } from 'react';
import { useController, type Control } from 'react-hook-form';
import { RowsSkeleton } from '@/components/Skeletons';
import { fromText, toText } from '@/util/datasetValues';

const JsonEditor = lazy(() => import('@/components/editor/JsonEditor'));

/** What an item says, each part as the text of its editor. */
export interface DatasetItemValues {
  input: string;
  expected: string;
  metadata: string;
}

interface Content {
  input?: unknown;
  expected?: unknown;
  metadata?: unknown;
}

const PARTS: readonly { name: keyof DatasetItemValues; label: string; hint: string }[] = [
  { name: 'input', label: 'Input', hint: 'What the prompt or pipeline is given. JSON: a text stands in quotes.' },
  { name: 'expected', label: 'Expected', hint: 'What a good answer is. JSON, or empty.' },
  { name: 'metadata', label: 'Metadata', hint: 'JSON, or empty: a topic, a language, where the case comes from.' },
];

/** Fills the editors with an item. */
export function toValues(content: Content): DatasetItemValues {
  return {
    input: toText(content.input),
    expected: toText(content.expected),
    metadata: toText(content.metadata),
  };
}

/** What the editors say, once all of it is JSON. */
export function toContent(values: DatasetItemValues): Content {
  return {
    input: fromText(values.input),
    expected: fromText(values.expected),
    metadata: fromText(values.metadata),
  };
}

/** Three editors: what goes in, what should come out, and whatever else is known. */
export function DatasetItemFields({ control }: { control: Control<DatasetItemValues> }) {
  return PARTS.map((part) => <Part key={part.name} control={control} {...part} />);
}

function Part({
  control,
  name,
  label,
  hint,
}: {
  control: Control<DatasetItemValues>;
  name: keyof DatasetItemValues;
  label: string;
  hint: string;
}) {
  const { field, fieldState } = useController({
    control,
    name,
    rules: { validate: (text) => fromText(text) !== undefined || 'Not JSON yet: a text stands in quotes' },
  });
  return (
    <Box component="section" aria-label={label} sx={{ minWidth: 0 }}>
      <Typography variant="body2" sx={{ fontWeight: 500, mb: 0.5 }}>
        {label}
      </Typography>
      <Box sx={{ border: 1, borderColor: fieldState.invalid ? 'error.main' : 'divider', borderRadius: 1 }}>
        <Suspense fallback={<RowsSkeleton />}>
          <JsonEditor label={label} value={field.value} onChange={field.onChange} minHeight={72} maxHeight={260} />
        </Suspense>
      </Box>
      <FormHelperText error={fieldState.invalid} role={fieldState.invalid ? 'alert' : undefined}>
        {fieldState.error?.message ?? hint}
      </FormHelperText>
    </Box>
  );
}
