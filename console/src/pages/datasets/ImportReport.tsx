import { Alert, Box, Button, Paper } from '@mui/material';
import { useState } from 'react';
import type { DatasetColumn, DatasetImport, DatasetImportProblem } from '@/api/generated';
import { DataTable, type Column } from '@/components/DataTable';
import { Panel } from '@/components/Panel';
import { ProblemAlert } from '@/components/ProblemAlert';
import { SelectInput } from '@/components/SelectInput';
import { formatCount } from '@/util/money';

interface Props {
  report: DatasetImport;
  /** Reads the file again with its columns in other places. */
  onPlace: (columns: DatasetColumn[]) => void;
  onApply: (isPartial: boolean) => void;
  isApplying: boolean;
  error: unknown;
}

/** What a file would change, where its columns go, and which of its lines cannot become items. */
export function ImportReport({ report, onPlace, onApply, isApplying, error }: Props) {
  const { added_count: added, changed_count: changed, problem_count: problems } = report;
  const changes = added + changed;
  return (
    <>
      <Panel title="What would happen">
        <Box sx={{ display: 'grid', gap: 2 }}>
          <Figures report={report} />
          {problems > 0 && (
            <Alert severity="warning">
              {problems === 1
                ? 'One record cannot become an item.'
                : `${formatCount(problems)} records cannot become items.`}{' '}
              Mend the file and choose it again, or leave {problems === 1 ? 'it' : 'them'} out.
            </Alert>
          )}
          {changes === 0 && <Alert severity="info">Nothing to import: all of it is in the dataset already.</Alert>}
          <ProblemAlert error={error} />
          {changes > 0 && (
            <Box>
              <Button
                variant="contained"
                color={problems > 0 ? 'warning' : 'primary'}
                loading={isApplying}
                onClick={() => onApply(problems > 0)}
              >
                {problems > 0 && `Leave ${problems === 1 ? 'it' : 'them'} out and import ${formatCount(changes)}`}
                {problems === 0 && `Import ${formatCount(changes)}`}
              </Button>
            </Box>
          )}
        </Box>
      </Panel>
      {problems > 0 && (
        <Panel
          title={problems > report.problems.length ? `The first ${report.problems.length} problems` : 'Problems'}
          isFlush
        >
          <DataTable
            label="Problems"
            columns={PROBLEM_COLUMNS}
            rows={report.problems}
            rowKey={(problem) => `${problem.line} ${problem.field} ${problem.message}`}
          />
        </Panel>
      )}
      {report.columns.length > 0 && <Columns columns={report.columns} onPlace={onPlace} />}
    </>
  );
}

const PROBLEM_COLUMNS: Column<DatasetImportProblem>[] = [
  { header: 'Line', width: 80, cell: (problem) => <span className="tabular">{formatCount(problem.line)}</span> },
  { header: 'Field', width: 110, cell: (problem) => (problem.field ? <code>{problem.field}</code> : 'the record') },
  { header: 'What is wrong', cell: (problem) => problem.message },
];

function Figures({ report }: { report: DatasetImport }) {
  const figures: [string, number][] = [
    ['New', report.added_count],
    ['Changed', report.changed_count],
    ['Already there', report.unchanged_count],
    ['Problems', report.problem_count],
  ];
  return (
    <Paper
      variant="outlined"
      component="dl"
      sx={{ m: 0, display: 'grid', gridTemplateColumns: { xs: '1fr 1fr', sm: 'repeat(4, 1fr)' }, maxWidth: 640 }}
    >
      {figures.map(([name, count]) => (
        <Box key={name} sx={{ px: 2, py: 1.25 }}>
          <Box component="dt" sx={{ fontSize: 12.5, color: 'text.secondary' }}>
            {name}
          </Box>
          <Box component="dd" className="tabular" sx={{ m: 0, fontSize: 18, fontWeight: 600 }}>
            {formatCount(count)}
          </Box>
        </Box>
      ))}
    </Paper>
  );
}

/** Where each column goes; another choice reads the file again. */
function Columns({
  columns,
  onPlace,
}: {
  columns: readonly DatasetColumn[];
  onPlace: (columns: DatasetColumn[]) => void;
}) {
  const [targets, setTargets] = useState(() => new Map(columns.map(({ name, target }) => [name, target])));
  const isChanged = columns.some(({ name, target }) => targets.get(name) !== target);
  const rows: Column<DatasetColumn>[] = [
    { header: 'Column', cell: ({ name }) => <code>{name}</code> },
    {
      header: 'Goes to',
      width: '55%',
      cell: ({ name, target }) => (
        <SelectInput
          label={`Where ${name} goes`}
          isLabelHidden
          value={targets.get(name) ?? ''}
          options={options(name, target)}
          onChange={(next) => setTargets(new Map(targets).set(name, next))}
        />
      ),
    },
  ];
  return (
    <Panel
      title="Columns"
      isFlush
      actions={
        isChanged && (
          <Button onClick={() => onPlace([...targets].map(([name, target]) => ({ name, target })))}>
            Read the file again
          </Button>
        )
      }
    >
      <DataTable label="Columns" columns={rows} rows={columns} rowKey={({ name }) => name} />
    </Panel>
  );
}

function options(name: string, target: string): { value: string; label: string }[] {
  const key = name.replace(/^(input|expected|metadata)\./, '');
  const parts = ['input', 'expected', 'metadata'] as const;
  const choices = ['id', ...parts, ...parts.map((part) => `${part}.${key}`)];
  return [
    { value: '', label: 'Left out' },
    ...[...new Set([...choices, ...(target ? [target] : [])])].map((value) => ({ value, label: value })),
  ];
}
