import { Box, IconButton } from '@mui/material';
import { useColorScheme } from '@mui/material/styles';
import { Monitor, Moon, Sun } from 'lucide-react';

const MODES = [
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
  { value: 'system', label: 'As the system', icon: Monitor },
] as const;

/** Light, dark, or as the system; kept in this browser. */
export function ColourModeMenu() {
  const { mode = 'system', setMode } = useColorScheme();
  return (
    <Box
      role="group"
      aria-label="Colours"
      sx={{
        display: 'inline-flex',
        justifySelf: 'start',
        border: 1,
        borderColor: 'divider',
        borderRadius: 1.5,
        p: '2px',
      }}
    >
      {MODES.map(({ value, label, icon: Icon }) => (
        <IconButton
          key={value}
          aria-label={label}
          title={label}
          aria-pressed={mode === value}
          onClick={() => setMode(value)}
          sx={{
            px: 1,
            py: 0.5,
            ...(mode === value && { color: 'text.primary', bgcolor: 'action.selected' }),
          }}
        >
          <Icon size={14} aria-hidden />
        </IconButton>
      ))}
    </Box>
  );
}
