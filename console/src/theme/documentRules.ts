import { light, dark } from '@/theme/palette';

/** Document-wide rules: focus rings, numerals, reduced motion. */
export const documentRules = {
  ':root': { '--pp-ring': 'rgba(80, 70, 214, 0.18)', '--pp-edge': '#a3a3b0', colorScheme: 'light' },
  '[data-scheme="dark"]': { '--pp-ring': 'rgba(154, 149, 247, 0.25)', '--pp-edge': '#5d5d69', colorScheme: 'dark' },
  // The page's own colour before the theme is up, by public/theme-init.js.
  'html[data-scheme="light"]': { backgroundColor: light.canvas },
  'html[data-scheme="dark"]': { backgroundColor: dark.canvas },
  body: { WebkitFontSmoothing: 'antialiased', textRendering: 'optimizeLegibility' },
  '#root': { minHeight: '100dvh', isolation: 'isolate' },
  ':focus-visible': { outline: '2px solid var(--mui-palette-primary-main)', outlineOffset: 2, borderRadius: 4 },
  'input:focus-visible, textarea:focus-visible, .cm-content:focus-visible': { outline: 'none' },
  'h1:focus, main:focus': { outline: 'none' },
  'code, pre, kbd, samp': {
    fontFamily: 'ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
    fontSize: '0.925em',
  },
  '.tabular': { fontVariantNumeric: 'tabular-nums' },
  '.mono textarea, .mono input': {
    fontFamily: 'ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, monospace',
    fontSize: 13,
  },
  '@media (prefers-reduced-motion: reduce)': {
    '*, *::before, *::after': {
      animationDuration: '0.01ms !important',
      animationIterationCount: '1 !important',
      transitionDuration: '0.01ms !important',
      scrollBehavior: 'auto !important',
    },
  },
} as const;
