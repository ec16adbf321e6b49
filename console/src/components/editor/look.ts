import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { fontMono } from '@/theme/theme';

const variable = (name: string) => `var(--mui-palette-${name})`;

// CodeMirror's own underline is a data: image, which the content security policy refuses.
const underlines: Record<string, Record<string, string>> = Object.fromEntries(
  ['error', 'warning', 'info'].flatMap((severity): [string, Record<string, string>][] => [
    [`.cm-diagnostic-${severity}`, { borderLeftColor: variable(`${severity}-main`) }],
    [
      `.cm-lintRange-${severity}`,
      {
        backgroundImage: 'none',
        textDecoration: `underline ${severity === 'info' ? 'dotted' : 'wavy'} ${variable(`${severity}-main`)}`,
        textUnderlineOffset: '3px',
      },
    ],
  ]),
);

/** Editors in the theme's colours, light and dark alike: they read the same CSS variables as all else. */
export const look: Extension = [
  EditorView.theme({
    '&': { fontSize: '13px', color: variable('text-primary'), backgroundColor: 'transparent', maxHeight: 'inherit' },
    '&.cm-focused': { outline: 'none' },
    '.cm-scroller': { fontFamily: fontMono, lineHeight: '1.6', overflow: 'auto' },
    '.cm-content': { caretColor: variable('primary-main'), padding: '10px 0' },
    '.cm-cursor': { borderLeftColor: variable('primary-main'), borderLeftWidth: '2px' },
    '.cm-gutters': { backgroundColor: 'transparent', color: variable('text-secondary'), border: 'none' },
    '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, currentColor 4%, transparent)' },
    '.cm-activeLineGutter': { backgroundColor: 'transparent', color: variable('text-primary') },
    '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
      backgroundColor: 'var(--pp-ring)',
    },
    '.cm-tooltip': {
      backgroundColor: variable('background-paper'),
      color: variable('text-primary'),
      border: `1px solid ${variable('divider')}`,
      borderRadius: '8px',
      boxShadow: '0 8px 24px rgb(0 0 0 / 18%)',
      overflow: 'hidden',
    },
    '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: fontMono, fontSize: '12.5px', maxHeight: '16em' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px' },
    '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
      backgroundColor: variable('primary-main'),
      color: variable('primary-contrastText'),
    },
    '.cm-completionDetail': { marginLeft: '1.2em', opacity: '0.7', fontStyle: 'normal' },
    '.cm-completionInfo': { padding: '8px 10px', maxWidth: '320px', fontFamily: 'inherit' },
    '.cm-diagnostic': { padding: '6px 10px', borderLeftWidth: '3px' },
    '.cm-diagnosticText': { whiteSpace: 'pre-wrap' },
    '.cm-diagnosticAction': {
      backgroundColor: variable('primary-main'),
      color: variable('primary-contrastText'),
      borderRadius: '6px',
      padding: '2px 8px',
      margin: '4px 0 0',
      display: 'block',
    },
    '.cm-tooltip-lint': { maxWidth: '460px' },
    ...underlines,
    '.pp-tag': { color: variable('primary-main') },
    '.cm-placeholder': { color: variable('text-secondary') },
    // CodeMirror's own marker is a data: image, which the content security policy refuses.
    '.cm-lint-marker-error': {
      content: '""',
      width: '8px',
      height: '8px',
      margin: '6px 3px 0',
      borderRadius: '50%',
      backgroundColor: variable('error-main'),
    },
    '.cm-foldPlaceholder': {
      backgroundColor: 'transparent',
      border: `1px solid ${variable('divider')}`,
      color: variable('text-secondary'),
    },
    '.cm-panels': { backgroundColor: variable('subtle'), color: variable('text-primary') },
    '.cm-mergeView': { maxHeight: '70vh' },
    '.cm-changedText': { background: 'color-mix(in srgb, currentColor 0%, var(--pp-change))' },
    '.cm-collapsedLines::before, .cm-collapsedLines::after': { content: '""' },
    '.cm-collapsedLines': { background: variable('subtle'), color: variable('text-secondary'), padding: '4px 12px' },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: tags.propertyName, color: variable('primary-main') },
      { tag: tags.string, color: variable('success-main') },
      { tag: [tags.number, tags.bool, tags.null], color: variable('warning-main') },
    ]),
  ),
];
