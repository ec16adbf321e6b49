import { ToggleButton, ToggleButtonGroup } from '@mui/material';
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
    <ToggleButtonGroup
      exclusive
      size="small"
      aria-label="Colours"
      value={mode}
      onChange={(_, chosen: (typeof MODES)[number]['value'] | null) => chosen && setMode(chosen)}
    >
      {MODES.map(({ value, label, icon: Icon }) => (
        <ToggleButton key={value} value={value} aria-label={label} title={label} sx={{ px: 1, minHeight: 28 }}>
          <Icon size={14} aria-hidden />
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
