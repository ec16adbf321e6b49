import { Box, Table, TableBody, TableCell, TableContainer, TableHead, TableRow, Typography } from '@mui/material';
import type { PricedSide, PromptComparison } from '@/api/generated';
import { caveats, priceName } from '@/components/comparison/caveats';
import { share, sideName, signed } from '@/components/comparison/words';
import { Panel } from '@/components/Panel';
import { formatCount, formatMoney } from '@/util/money';
import { capital } from '@/util/words';

interface Row {
  name: string;
  before: string;
  after: string;
  difference: string;
}

/** What a call with either version costs before anything is run, and what these figures leave out. */
export function CostDifference({ comparison }: { comparison: PromptComparison }) {
  const { before, after } = comparison;
  const notes = caveats(before, after);
  return (
    <Panel title="Tokens and cost of a call" isFlush>
      <TableContainer>
        <Table
          aria-label="Tokens and cost of a call"
          size="small"
          sx={{ '@media (max-width: 599px)': { '& td, & th': { px: 1, fontSize: 12 } } }}
        >
          <TableHead>
            <TableRow>
              <TableCell />
              <TableCell align="right">{capital(sideName(before))}</TableCell>
              <TableCell align="right">{capital(sideName(after))}</TableCell>
              <TableCell align="right">Difference</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {rows(comparison).map((row) => (
              <TableRow key={row.name}>
                <TableCell component="th" scope="row">
                  {row.name}
                </TableCell>
                {[row.before, row.after, row.difference].map((text, index) => (
                  <TableCell key={index} align="right" className="tabular">
                    {text}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </TableContainer>
      {notes.length > 0 && (
        <Box component="ul" sx={{ m: 0, px: 2, pl: 4, py: 1.5 }}>
          {notes.map((note) => (
            <Typography key={note} component="li" variant="body2" color="textSecondary">
              {note}
            </Typography>
          ))}
        </Box>
      )}
    </Panel>
  );
}

function rows({ before, after, difference }: PromptComparison): Row[] {
  const tokens = [before, after].map((side) => side.tokens.input_tokens) as [number, number];
  const table: Row[] = [
    {
      name: 'Model',
      before: before.model || 'caller chooses',
      after: after.model || 'caller chooses',
      difference: before.model === after.model ? 'same' : 'changed',
    },
    {
      name: 'Input tokens',
      before: formatCount(tokens[0]),
      after: formatCount(tokens[1]),
      difference: withShare(signed(difference.input_tokens, formatCount), share(...tokens)),
    },
  ];
  if (before.price_status === 'no_model' && after.price_status === 'no_model') return table;
  table.push(
    { name: 'Price', before: priceName(before), after: priceName(after), difference: '–' },
    {
      name: 'Input cost',
      before: money(before, 'input_cost_nano_usd'),
      after: money(after, 'input_cost_nano_usd'),
      difference: moneyDifference(difference.input_cost_nano_usd, before, after),
    },
  );
  if (before.tokens.max_output_tokens > 0 || after.tokens.max_output_tokens > 0) {
    table.push({
      name: 'Longest answer costs',
      before: before.tokens.max_output_tokens > 0 ? money(before, 'max_output_cost_nano_usd') : 'no limit',
      after: after.tokens.max_output_tokens > 0 ? money(after, 'max_output_cost_nano_usd') : 'no limit',
      difference:
        difference.max_output_cost_nano_usd === null ? '–' : signed(difference.max_output_cost_nano_usd, formatMoney),
    });
  }
  return table;
}

function money(side: PricedSide, which: 'input_cost_nano_usd' | 'max_output_cost_nano_usd'): string {
  return side.cost ? formatMoney(side.cost[which]) : 'unknown';
}

function moneyDifference(difference: number | null, before: PricedSide, after: PricedSide): string {
  if (difference === null || !before.cost || !after.cost) return 'unknown';
  const { cost: one } = before;
  return withShare(signed(difference, formatMoney), share(one.input_cost_nano_usd, after.cost.input_cost_nano_usd));
}

function withShare(text: string, part: string): string {
  return part ? `${text} (${part})` : text;
}
