import { Box, Link } from '@mui/material';
import { Link as RouterLink } from 'react-router';
import type { CallCost, ModelCallResult } from '@/api/modelCall';
import { Money, Tokens } from '@/components/Figures';
import { formatMoney } from '@/util/money';
import { formatDuration } from '@/util/time';

/** Model, tokens, cost and times of an answer. */
export function CallFigures({ result }: { result: ModelCallResult }) {
  return (
    <Box
      component="ul"
      aria-label="Figures"
      className="tabular"
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        columnGap: 1.5,
        rowGap: 0.25,
        m: 0,
        p: 0,
        listStyle: 'none',
        fontSize: 12.5,
        color: 'text.secondary',
      }}
    >
      <li>{result.model}</li>
      <li>
        <Tokens usage={result.usage} />
        {result.is_usage_estimated && ' (counted here)'}
      </li>
      <li>
        <Cost cost={result.cost} />
      </li>
      <li>first token {formatDuration(result.first_token_ms)}</li>
      <li>total {formatDuration(result.duration_ms)}</li>
      {!['stop', 'tool_calls'].includes(result.finish_reason) && <li>ended by {result.finish_reason}</li>}
    </Box>
  );
}

/** What an answer cost; what is not known is said, never shown as a figure. */
function Cost({ cost }: { cost: CallCost | null }) {
  if (cost === null) return <>cost not known yet</>;
  if (cost.price_source === 'simulator') return <>free: test mode</>;
  if (cost.price_source === 'fallback') {
    return (
      <span
        title={`Booked at the fallback price, ${formatMoney(cost.cost_nano_usd)}, until you add a price of your own`}
      >
        cost unknown, booked as{' '}
        <Link component={RouterLink} to="/usage?by=records" color="inherit">
          <Money nanoUsd={cost.cost_nano_usd} />
        </Link>
      </span>
    );
  }
  return <Money nanoUsd={cost.cost_nano_usd} />;
}
