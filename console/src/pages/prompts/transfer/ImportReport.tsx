import { Box, Button, Link } from '@mui/material';
import { useMemo, useState } from 'react';
import { Link as RouterLink } from 'react-router';
import type { ImportItem, ImportNote, ImportOutcome } from '@/api/promptImport';
import { ChoiceChips } from '@/components/ChoiceChips';
import { DataTable, Subline, type Column } from '@/components/DataTable';
import { Panel } from '@/components/Panel';
import { OutcomeChip, outcomeWord } from '@/pages/prompts/transfer/OutcomeChip';

const ORDER: readonly ImportOutcome[] = ['refused', 'created', 'changed', 'unchanged'];
const SHOWN_AT_ONCE = 100;

/** Prompt by prompt what happened, or would. */
export function ImportReport({ items, isDryRun }: { items: readonly ImportItem[]; isDryRun: boolean }) {
  const [only, setOnly] = useState('');
  const [most, setMost] = useState(SHOWN_AT_ONCE);
  const counts = useMemo(() => {
    const found = new Map<string, number>();
    for (const { outcome } of items) found.set(outcome, (found.get(outcome) ?? 0) + 1);
    return found;
  }, [items]);
  const chosen = counts.has(only) ? only : '';
  const matching = chosen ? items.filter(({ outcome }) => outcome === chosen) : items;
  const columns: Column<ImportItem>[] = [
    {
      header: 'Prompt',
      cell: (item) => (
        <>
          <Name item={item} />
          <What item={item} />
        </>
      ),
    },
    {
      header: isDryRun ? 'Would be' : 'Was',
      align: 'right',
      cell: (item) => <OutcomeChip outcome={item.outcome} isDryRun={isDryRun} />,
    },
  ];
  return (
    <Panel
      title={isDryRun ? 'What would happen' : 'What happened'}
      isFlush
      actions={
        <ChoiceChips
          label="Which prompts"
          choices={ORDER.filter((outcome) => counts.has(outcome))}
          labelOf={(outcome) => `${counts.get(outcome) ?? 0} ${outcomeWord(outcome as ImportOutcome, isDryRun)}`}
          chosen={chosen}
          onChoose={(next) => setOnly(next === chosen ? '' : next)}
        />
      }
    >
      <DataTable
        label="Report of the import"
        columns={columns}
        rows={matching.slice(0, most)}
        rowKey={(item) => String(item.index)}
      />
      {matching.length > most && (
        <Box sx={{ p: 1.5, textAlign: 'center' }}>
          <Button onClick={() => setMost(most + 10 * SHOWN_AT_ONCE)}>
            Show more: {matching.length - most} are left
          </Button>
        </Box>
      )}
    </Panel>
  );
}

function Name({ item }: { item: ImportItem }) {
  return (
    <Box sx={{ overflowWrap: 'anywhere' }}>
      {item.prompt_id ? (
        <Link component={RouterLink} to={`/prompts/${item.prompt_id}`}>
          {item.name}
        </Link>
      ) : (
        item.name
      )}
      <Subline>{item.source}</Subline>
    </Box>
  );
}

function What({ item }: { item: ImportItem }) {
  const added = item.new_versions.length;
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 2, rowGap: 0.25, '&:not(:empty)': { mt: 0.5 } }}>
      {added > 0 && <span>{added === 1 ? '1 new version' : `${added} new versions`}</span>}
      {item.is_described_anew && <span>other description or tags</span>}
      {item.labels.map(({ label, from_version, to_version, refusal, refusal_message }) => (
        <span key={label}>
          <code>{label}</code> {from_version > 0 ? `v${from_version} → v${to_version}` : `→ v${to_version}`}
          {refusal && <Subline>stays: {refusal_message}</Subline>}
        </span>
      ))}
      {item.faults.map((note) => (
        <Note key={`${note.file} ${note.line} ${note.message}`} note={note} colour="error.main" />
      ))}
      {item.warnings.map((note) => (
        <Note key={`${note.file} ${note.line} ${note.message}`} note={note} colour="warning.main" />
      ))}
    </Box>
  );
}

/** A fault or warning: what, and where in the file. */
function Note({ note, colour }: { note: ImportNote; colour: string }) {
  const place = [note.file, note.line > 0 ? `line ${note.line}` : '', note.field].filter(Boolean).join(' · ');
  return (
    <Box sx={{ color: colour, overflowWrap: 'anywhere', flexBasis: '100%' }}>
      {note.message}
      <Subline>{place}</Subline>
    </Box>
  );
}
