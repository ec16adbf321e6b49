import { Chip } from '@mui/material';
import type { ImportOutcome } from '@/api/promptImport';

const COLOURS = { created: 'success', changed: 'primary', unchanged: 'default', refused: 'error' } as const;
const WOULD = { created: 'new', changed: 'changed', unchanged: 'unchanged', refused: 'refused' } as const;

/** An outcome as a word: of what will be, or of what was. */
export function outcomeWord(outcome: ImportOutcome, isDryRun: boolean): string {
  return isDryRun ? WOULD[outcome] : outcome;
}

/** What becomes of a prompt of the file. */
export function OutcomeChip({ outcome, isDryRun }: { outcome: ImportOutcome; isDryRun: boolean }) {
  return <Chip color={COLOURS[outcome]} label={outcomeWord(outcome, isDryRun)} />;
}
