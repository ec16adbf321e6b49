/** Colours of both schemes. Every text colour holds 4.5:1 on every surface of its scheme. */
export interface Scheme {
  /** Behind everything. */
  canvas: string;
  /** Cards, dialogs, fields. */
  surface: string;
  /** Sidebar, table heads, code. */
  subtle: string;
  line: string;
  text: string;
  textSecondary: string;
  accent: string;
  accentStrong: string;
  onAccent: string;
  success: string;
  warning: string;
  error: string;
  info: string;
}

export const light: Scheme = {
  canvas: '#fbfbfc',
  surface: '#ffffff',
  subtle: '#f4f4f6',
  line: '#e4e4e9',
  text: '#17171c',
  textSecondary: '#5c5c68',
  accent: '#5046d6',
  accentStrong: '#4038b4',
  onAccent: '#ffffff',
  success: '#14774a',
  warning: '#95560a',
  error: '#c02638',
  info: '#0a63bd',
};

export const dark: Scheme = {
  canvas: '#0c0c0f',
  surface: '#131317',
  subtle: '#1a1a20',
  line: '#2a2a32',
  text: '#ededf1',
  textSecondary: '#a2a2ae',
  accent: '#9a95f7',
  accentStrong: '#b4b0fa',
  onAccent: '#0f0e1f',
  success: '#4fc38d',
  warning: '#efa83c',
  error: '#ff8089',
  info: '#72b5ff',
};
