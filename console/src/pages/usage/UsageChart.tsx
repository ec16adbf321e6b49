import { Box, ToggleButton, ToggleButtonGroup } from '@mui/material';
import { useState } from 'react';
import type { Usage, UsageRow } from '@/api/generated';
import { BarChart } from '@/components/BarChart';
import { Panel } from '@/components/Panel';
import { formatCount, formatMoney, formatMoneyRounded } from '@/util/money';

type Measure = 'cost' | 'tokens' | 'calls';

const NAMES: Record<Measure, string> = { cost: 'Cost', tokens: 'Tokens', calls: 'Calls' };

/** Usage by day as bars, every day of the range included. */
export function UsageChart({ usage, days }: { usage: Usage; days: readonly string[] }) {
  // Test mode costs nothing: a chart of zeros would say that nothing happened.
  const [measure, setMeasure] = useState<Measure>(
    formatMoney(usage.total.cost_nano_usd) !== formatMoney(0) ? 'cost' : 'tokens',
  );
  const byDay = new Map(usage.rows.map((row) => [row.key, row]));
  const bars = days.map((day) => {
    const row = byDay.get(day);
    return { key: day, size: row ? amount(row, measure) : 0, label: row ? words(row, measure) : 'nothing' };
  });
  const most = usage.rows.reduce<UsageRow | undefined>(
    (best, row) => (best && amount(best, measure) >= amount(row, measure) ? best : row),
    undefined,
  );
  return (
    <Panel
      title={NAMES[measure]}
      actions={
        <ToggleButtonGroup
          exclusive
          size="small"
          aria-label="What the bars show"
          value={measure}
          onChange={(_, next: Measure | null) => next && setMeasure(next)}
        >
          {(Object.keys(NAMES) as Measure[]).map((name) => (
            <ToggleButton key={name} value={name} sx={{ minHeight: 28 }}>
              {NAMES[name]}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      }
    >
      <Box className="tabular" sx={{ fontSize: 26, fontWeight: 600, letterSpacing: '-0.02em', mb: 1 }}>
        {words(usage.total, measure)}
      </Box>
      <BarChart title={`${NAMES[measure]} by day`} bars={bars} top={most ? rounded(most, measure) : ''} />
    </Panel>
  );
}

/** For the height of a bar only; what is written comes from the integers. */
function amount(row: UsageRow, measure: Measure): number {
  if (measure === 'cost') return Number(BigInt(row.cost_nano_usd));
  return measure === 'tokens' ? row.input_tokens + row.output_tokens : row.calls;
}

function words(row: UsageRow, measure: Measure): string {
  return measure === 'cost' ? formatMoney(row.cost_nano_usd) : formatCount(amount(row, measure));
}

function rounded(row: UsageRow, measure: Measure): string {
  return measure === 'cost' ? formatMoneyRounded(row.cost_nano_usd) : formatCount(amount(row, measure));
}
