import { Box, Button, Typography } from '@mui/material';
import { ChevronDown, ChevronRight, Pencil } from 'lucide-react';
import { lazy, Suspense } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import { RowsSkeleton } from '@/components/Skeletons';
import type { PromptForm } from '@/forms/promptValues';

const PromptContentFields = lazy(() =>
  import('@/forms/fields/PromptContentFields').then((file) => ({ default: file.PromptContentFields })),
);

interface Props {
  form: UseFormReturn<PromptForm>;
  /** The version that the draft begins with. */
  base: number;
  isDrafting: boolean;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  /** There was no draft, and now there is one. */
  onBegin: () => void;
}

/** The unsaved draft, edited beside its answers; the same draft that the editor works on. */
export function PlaygroundDraft({ form, base, isDrafting, isOpen, onOpen, onBegin }: Props) {
  if (!isDrafting) {
    return (
      <Box>
        <Button
          startIcon={<Pencil size={14} />}
          onClick={() => {
            onBegin();
            onOpen(true);
          }}
        >
          Try a change
        </Button>
      </Box>
    );
  }
  return (
    <Box component="section" aria-label="Draft" sx={{ display: 'grid', gap: 2 }}>
      <Box sx={{ display: 'flex', gap: 1.5, alignItems: 'center', flexWrap: 'wrap' }}>
        <Button
          startIcon={isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />}
          aria-expanded={isOpen}
          onClick={() => onOpen(!isOpen)}
        >
          {isOpen ? 'Close the draft' : 'Edit the draft'}
        </Button>
        <Typography variant="caption" color="textSecondary">
          Begun with version {base}, not saved. It stays in this tab.
        </Typography>
      </Box>
      {isOpen && (
        <Suspense fallback={<RowsSkeleton />}>
          <PromptContentFields form={form} />
        </Suspense>
      )}
    </Box>
  );
}
