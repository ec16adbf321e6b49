import type { Components, Theme } from '@mui/material/styles';
import { documentRules } from '@/theme/documentRules';

const line = 'var(--mui-palette-divider)';
const surface = 'var(--mui-palette-background-paper)';
const secondary = 'var(--mui-palette-text-secondary)';

/** Defaults and styles of MUI's components, once for all pages: dense, flat, labels above their fields. */
export const components: Components<Theme> = {
  MuiCssBaseline: { styleOverrides: documentRules },
  MuiButtonBase: { defaultProps: { disableRipple: true } },
  MuiButton: {
    defaultProps: { size: 'small', disableElevation: true, variant: 'outlined', color: 'inherit' },
    styleOverrides: {
      root: { minHeight: 32, padding: '4px 12px', whiteSpace: 'nowrap', '@media (pointer: coarse)': { minHeight: 38 } },
      outlined: {
        borderColor: line,
        backgroundColor: surface,
        '&:hover': { backgroundColor: 'var(--mui-palette-subtle)' },
      },
      startIcon: { marginLeft: 0, marginRight: 6 },
    },
  },
  MuiIconButton: { defaultProps: { size: 'small' }, styleOverrides: { root: { borderRadius: 6, color: secondary } } },
  MuiPaper: {
    defaultProps: { elevation: 0 },
    styleOverrides: { root: { backgroundImage: 'none' }, outlined: { borderColor: line } },
  },
  MuiTextField: { defaultProps: { size: 'small', fullWidth: true } },
  MuiFormControl: { defaultProps: { size: 'small' } },
  MuiInputLabel: {
    defaultProps: { shrink: true },
    styleOverrides: {
      root: {
        position: 'static',
        transform: 'none',
        fontSize: 13,
        fontWeight: 500,
        lineHeight: 1.4,
        marginBottom: 5,
        color: 'var(--mui-palette-text-primary)',
        overflow: 'visible',
      },
    },
  },
  MuiOutlinedInput: {
    defaultProps: { notched: false },
    styleOverrides: {
      root: {
        backgroundColor: surface,
        fontSize: 14,
        '@media (pointer: coarse)': { fontSize: 16 }, // below 16 px phones zoom into the field
        '&.Mui-focused .MuiOutlinedInput-notchedOutline': { borderWidth: 1, boxShadow: '0 0 0 3px var(--pp-ring)' },
      },
      input: { padding: '6.5px 10px' },
      multiline: { padding: 0, '& textarea': { padding: '8px 10px' } },
      notchedOutline: { top: 0, borderColor: line, '& legend': { display: 'none' } },
    },
  },
  MuiSelect: { styleOverrides: { select: { minHeight: 'auto' } } },
  MuiFormHelperText: { styleOverrides: { root: { marginLeft: 0, marginTop: 5, fontSize: 12 } } },
  MuiTableCell: {
    styleOverrides: {
      root: { borderColor: line, padding: '9px 14px', fontSize: 13.5 },
      head: { fontSize: 12, fontWeight: 500, color: secondary, padding: '8px 14px', whiteSpace: 'nowrap' },
    },
  },
  MuiTableRow: {
    styleOverrides: { root: { 'tbody &:last-of-type td, tbody &:last-of-type th': { borderBottom: 0 } } },
  },
  MuiChip: {
    defaultProps: { size: 'small', variant: 'outlined' },
    styleOverrides: {
      root: { borderRadius: 5, height: 22, fontSize: 12, fontWeight: 500 },
      outlined: { borderColor: line },
      label: { paddingLeft: 7, paddingRight: 7 },
    },
  },
  MuiDialog: {
    defaultProps: { fullWidth: true, maxWidth: 'sm' },
    styleOverrides: {
      paper: { borderRadius: 12, border: `1px solid ${line}`, margin: 16, width: 'calc(100% - 32px)' },
    },
  },
  MuiDialogTitle: { styleOverrides: { root: { fontSize: 16, fontWeight: 600, padding: '18px 22px 6px' } } },
  MuiDialogContent: { styleOverrides: { root: { padding: '8px 22px 18px' } } },
  MuiDialogActions: { styleOverrides: { root: { padding: '12px 22px', borderTop: `1px solid ${line}`, gap: 4 } } },
  MuiTabs: {
    styleOverrides: {
      root: { minHeight: 38, borderBottom: `1px solid ${line}` },
      indicator: { height: 2 },
      list: { gap: 18 },
    },
  },
  MuiTab: {
    styleOverrides: {
      root: {
        minHeight: 38,
        minWidth: 0,
        padding: '8px 2px',
        '&.Mui-selected': { color: 'var(--mui-palette-text-primary)' },
      },
    },
  },
  MuiAlert: {
    defaultProps: { variant: 'outlined' },
    styleOverrides: {
      root: { padding: '4px 12px', fontSize: 13.5, alignItems: 'flex-start' },
      message: { padding: '6px 0', minWidth: 0, overflowWrap: 'anywhere' },
    },
  },
  MuiLink: { defaultProps: { underline: 'always' }, styleOverrides: { root: { textUnderlineOffset: '0.2em' } } },
  MuiToggleButton: {
    styleOverrides: { root: { padding: '3px 12px', borderColor: line, textTransform: 'none', minHeight: 32 } },
  },
  MuiMenuItem: { styleOverrides: { root: { fontSize: 13.5, minHeight: 32 } } },
  MuiSkeleton: { defaultProps: { animation: 'pulse' } },
};
