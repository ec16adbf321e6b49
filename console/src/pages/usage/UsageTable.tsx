import { Link, TableCell, TableFooter, TableRow } from '@mui/material';
import { Link as RouterLink } from 'react-router';
import type { Usage, UsageRow } from '@/api/generated';
import { DataTable, type Column } from '@/components/DataTable';
import { Count, Money } from '@/components/Figures';

interface Props {
  usage: Usage;
  grouping: 'day' | 'model' | 'pipeline';
  /** Names of pipelines by id. */
  names: ReadonlyMap<string, string>;
}

const HEADERS = { day: 'Day (UTC)', model: 'Model', pipeline: 'Pipeline' } as const;

/** Usage in figures: the chart's twin, and the only place for models and pipelines. */
export function UsageTable({ usage, grouping, names }: Props) {
  const rows = grouping === 'day' ? usage.rows.toSorted((a, b) => b.key.localeCompare(a.key)) : usage.rows;
  const columns: Column<UsageRow>[] = [
    { header: HEADERS[grouping], cell: (row) => <Key row={row} grouping={grouping} names={names} /> },
    { header: 'Calls', align: 'right', isDetail: true, cell: (row) => <Count value={row.calls} /> },
    { header: 'Tokens in', align: 'right', isDetail: true, cell: (row) => <Count value={row.input_tokens} /> },
    { header: 'Tokens out', align: 'right', isDetail: true, cell: (row) => <Count value={row.output_tokens} /> },
    { header: 'Cost', align: 'right', cell: (row) => <Money nanoUsd={row.cost_nano_usd} /> },
  ];
  const total = (
    <TableFooter>
      <TableRow
        sx={{
          '& td': {
            fontWeight: 600,
            color: 'text.primary',
            fontSize: 13.5,
            borderTop: 1,
            borderColor: 'divider',
            borderBottom: 0,
          },
        }}
      >
        <TableCell>Total</TableCell>
        {[usage.total.calls, usage.total.input_tokens, usage.total.output_tokens].map((value, index) => (
          <TableCell key={index} align="right" sx={{ '@media (max-width: 699px)': { display: 'none' } }}>
            <Count value={value} />
          </TableCell>
        ))}
        <TableCell align="right">
          <Money nanoUsd={usage.total.cost_nano_usd} />
        </TableCell>
      </TableRow>
    </TableFooter>
  );
  return (
    <DataTable label={`Usage by ${grouping}`} columns={columns} rows={rows} rowKey={(row) => row.key} footer={total} />
  );
}

function Key({ row, grouping, names }: { row: UsageRow } & Omit<Props, 'usage'>) {
  if (grouping !== 'pipeline') return <span className="tabular">{row.key}</span>;
  if (row.key === '') return <>Direct calls</>;
  return (
    <Link component={RouterLink} to={`/pipelines/${row.key}`}>
      {names.get(row.key) ?? row.key}
    </Link>
  );
}
