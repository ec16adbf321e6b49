import { createTheme } from '@mui/material/styles';
import { components } from '@/theme/components';
import { dark, light, type Scheme } from '@/theme/palette';

export const fontSans =
  'ui-sans-serif, -apple-system, BlinkMacSystemFont, "Segoe UI Variable Text", "Segoe UI", Inter, Roboto, "Helvetica Neue", Arial, sans-serif';
export const fontMono = 'ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace';

function palette(scheme: Scheme) {
  return {
    primary: { main: scheme.accent, dark: scheme.accentStrong, light: scheme.accent, contrastText: scheme.onAccent },
    success: { main: scheme.success },
    warning: { main: scheme.warning },
    error: { main: scheme.error },
    info: { main: scheme.info },
    text: { primary: scheme.text, secondary: scheme.textSecondary },
    background: { default: scheme.canvas, paper: scheme.surface },
    divider: scheme.line,
    grey: { 100: scheme.subtle },
    subtle: scheme.subtle,
  };
}

declare module '@mui/material/styles' {
  interface Palette {
    /** Surface of the sidebar, table heads and code. */
    subtle: string;
  }
  interface PaletteOptions {
    subtle?: string;
  }
}

/** The console's look: system fonts, 14 px text on an 8 px grid, lines instead of shadows, one accent. */
export const theme = createTheme({
  cssVariables: { colorSchemeSelector: 'data-scheme' },
  colorSchemes: { light: { palette: palette(light) }, dark: { palette: palette(dark) } },
  shape: { borderRadius: 6 },
  typography: {
    fontFamily: fontSans,
    fontSize: 14,
    body1: { fontSize: 14, lineHeight: 1.55 },
    body2: { fontSize: 13, lineHeight: 1.5 },
    caption: { fontSize: 12, lineHeight: 1.45 },
    h1: { fontSize: 20, fontWeight: 600, lineHeight: 1.3, letterSpacing: '-0.012em' },
    h2: { fontSize: 15, fontWeight: 600, lineHeight: 1.4, letterSpacing: '-0.006em' },
    h3: { fontSize: 13.5, fontWeight: 600, lineHeight: 1.4 },
    button: { textTransform: 'none', fontWeight: 500, fontSize: 13.5, lineHeight: 1.4 },
  },
  components,
});
