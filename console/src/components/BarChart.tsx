import { Box } from '@mui/material';
import { useState } from 'react';

interface Bar {
  key: string;
  /** Only the height; what is said of it is `label`. */
  size: number;
  label: string;
}

interface Props {
  /** What the bars are of; the table with the exact figures is beside the chart. */
  title: string;
  bars: readonly Bar[];
  /** Text at the top of the axis. */
  top: string;
}

const HEIGHT = 148;

/** Bars of equal width over time. A picture only: the table below says the same in figures. */
export function BarChart({ title, bars, top }: Props) {
  const [hovered, setHovered] = useState<Bar>();
  const most = Math.max(...bars.map((bar) => bar.size), 0);
  const first = bars[0]?.key ?? '';
  const last = bars.at(-1)?.key ?? '';
  return (
    <Box component="figure" aria-label={title} sx={{ m: 0 }}>
      <Box
        className="tabular"
        sx={{
          display: 'flex',
          justifyContent: 'space-between',
          fontSize: 12,
          color: 'text.secondary',
          mb: 0.5,
          minHeight: 18,
        }}
      >
        <span>{top}</span>
        <span>{hovered && `${hovered.key}: ${hovered.label}`}</span>
      </Box>
      <Box
        aria-hidden
        onMouseLeave={() => setHovered(undefined)}
        sx={{
          height: HEIGHT,
          display: 'flex',
          alignItems: 'flex-end',
          gap: { xs: '1px', sm: '3px' },
          borderTop: 1,
          borderBottom: 1,
          borderColor: 'divider',
          borderTopStyle: 'dashed',
        }}
      >
        {bars.map((bar) => (
          <Box
            key={bar.key}
            onMouseEnter={() => setHovered(bar)}
            sx={{ flex: 1, height: 1, display: 'flex', alignItems: 'flex-end', '&:hover > div': { opacity: 1 } }}
          >
            <Box
              sx={{
                width: 1,
                height: most > 0 && bar.size > 0 ? `max(2px, ${(bar.size / most) * 100}%)` : 0,
                bgcolor: 'primary.main',
                opacity: hovered && hovered.key !== bar.key ? 0.45 : 0.85,
                borderRadius: '3px 3px 0 0',
              }}
            />
          </Box>
        ))}
      </Box>
      <Box
        className="tabular"
        sx={{ display: 'flex', justifyContent: 'space-between', fontSize: 12, color: 'text.secondary', mt: 0.5 }}
      >
        <span>{first}</span>
        <span>{last}</span>
      </Box>
    </Box>
  );
}
