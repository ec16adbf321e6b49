import { Box, Typography } from '@mui/material';
import type { FieldComparison } from '@/api/generated';
import { CHANGE_WORDS, pathName, type ChangedField } from '@/components/comparison/words';
import { DataTable, Subline, type Column } from '@/components/DataTable';
import { Panel } from '@/components/Panel';

interface Props {
  title: string;
  /** What the fields belong to: "Variable"; left out: they stand for themselves. */
  owner?: string;
  fields: readonly ChangedField[];
  note?: string;
}

/** Members of JSON documents that differ: before and after. Nothing where nothing differs. */
export function FieldChanges({ title, owner, fields, note }: Props) {
  if (fields.length === 0 && !note) return null;
  const columns: Column<ChangedField>[] = [
    {
      header: owner ?? 'Field',
      width: '34%',
      cell: (field) => (
        <>
          <Box component="code" sx={{ overflowWrap: 'anywhere', fontSize: 12.5 }}>
            {owner ? field.owner : pathName(field)}
          </Box>
          {owner && <Subline>{field.path ? pathName(field) : CHANGE_WORDS[field.change]}</Subline>}
        </>
      ),
    },
    { header: 'Before', width: '33%', cell: (field) => <Value of={field} side="before" /> },
    { header: 'After', width: '33%', cell: (field) => <Value of={field} side="after" /> },
  ];
  return (
    <Panel title={title} isFlush>
      {fields.length > 0 && (
        <DataTable label={title} columns={columns} rows={fields} rowKey={(field) => `${field.owner} ${field.path}`} />
      )}
      {note && (
        <Typography variant="body2" color="textSecondary" sx={{ p: 2 }}>
          {note}
        </Typography>
      )}
    </Panel>
  );
}

/** A shorter value is never higher than its box, however narrow that is. */
const MOST_UNSCROLLED = 80;

function Value({ of, side }: { of: FieldComparison; side: 'before' | 'after' }) {
  const isAbsent = of.change === (side === 'before' ? 'added' : 'removed');
  if (isAbsent)
    return (
      <Typography variant="body2" color="textSecondary">
        not there
      </Typography>
    );
  const value = of[side];
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 1);
  return (
    <Box
      component={side === 'before' ? 'del' : 'ins'}
      // What scrolls must be reached by the keyboard.
      {...(text.length > MOST_UNSCROLLED && { tabIndex: 0 })}
      sx={{
        display: 'block',
        textDecoration: 'none',
        fontFamily: 'monospace',
        fontSize: 12.5,
        whiteSpace: 'pre-wrap',
        overflowWrap: 'anywhere',
        maxHeight: 240,
        overflow: 'auto',
      }}
    >
      {text === '' ? '""' : text}
    </Box>
  );
}
