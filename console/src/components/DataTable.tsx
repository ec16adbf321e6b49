import { Box, Link, Table, TableBody, TableCell, TableContainer, TableHead, TableRow } from '@mui/material';
import type { ReactNode } from 'react';
import { Link as RouterLink } from 'react-router';

export interface Column<Row> {
  header: string;
  cell: (row: Row) => ReactNode;
  align?: 'right';
  /** Left out below 700 px, where only what identifies a row fits. */
  isDetail?: boolean;
  width?: number | string;
}

interface Props<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Makes the first cell a link whose target is the whole row. */
  to?: (row: Row) => string;
  footer?: ReactNode;
}

/** A table whose rows are links: it works with keyboard, middle click and screen readers as links do. */
export function DataTable<Row>({ label, columns, rows, rowKey, to, footer }: Props<Row>) {
  return (
    <TableContainer>
      <Table aria-label={label}>
        <TableHead>
          <TableRow>
            {columns.map(({ header, align, isDetail, width }) => (
              <TableCell key={header} align={align ?? 'left'} sx={{ ...(isDetail && wide), width }}>
                {header}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={rowKey(row)} hover={to !== undefined} sx={{ position: 'relative' }}>
              {columns.map(({ header, cell, align, isDetail }, index) => (
                <TableCell key={header} align={align ?? 'left'} sx={isDetail ? wide : undefined}>
                  {index === 0 && to ? <RowLink to={to(row)}>{cell(row)}</RowLink> : cell(row)}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
        {footer}
      </Table>
    </TableContainer>
  );
}

function RowLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Link
      component={RouterLink}
      to={to}
      color="inherit"
      underline="none"
      sx={{
        fontWeight: 500,
        '&::after': { content: '""', position: 'absolute', inset: 0 },
        '&:focus-visible': { outline: 'none' },
        '&:focus-visible::after': { outline: '2px solid var(--mui-palette-primary-main)', outlineOffset: -2 },
      }}
    >
      {children}
    </Link>
  );
}

/** A second, quieter line in a cell. */
export function Subline({ children }: { children: ReactNode }) {
  return (
    <Box sx={{ fontSize: 12.5, color: 'text.secondary', fontWeight: 400, overflowWrap: 'anywhere' }}>{children}</Box>
  );
}

const wide = { '@media (max-width: 699px)': { display: 'none' } } as const;
