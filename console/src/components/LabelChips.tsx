import { Box, Chip } from '@mui/material';

interface Label {
  label: string;
  version: number;
}

/** Labels with the version each points at; `latest` is not shown: it is always the newest. */
export function LabelChips({ labels, version }: { labels: readonly Label[]; version?: number }) {
  const shown = labels.filter(
    ({ label, version: at }) => label !== 'latest' && (version === undefined || at === version),
  );
  return (
    <Box component="span" sx={{ display: 'inline-flex', gap: 0.5, flexWrap: 'wrap' }}>
      {shown.map(({ label, version: at }) => (
        <Chip
          key={label}
          color={label === 'production' ? 'success' : 'default'}
          label={version === undefined ? `${label} → v${at}` : label}
          sx={{ '&.MuiChip-colorSuccess': { borderColor: 'color-mix(in srgb, currentColor 40%, transparent)' } }}
        />
      ))}
    </Box>
  );
}
