import { createTheme } from '@mantine/core';
import type { CSSVariablesResolver, MantineColorsTuple } from '@mantine/core';

const signet: MantineColorsTuple = [
  '#f0f2fe',
  '#dfe3fb',
  '#bdc5f4',
  '#98a4ec',
  '#7886e4',
  '#5f6edd',
  '#4f5fd8',
  '#4353c4',
  '#3a48ab',
  '#2f3b8e',
];
const gray: MantineColorsTuple = [
  '#f8f9fb',
  '#f1f3f6',
  '#e6e9ee',
  '#d9dde4',
  '#c3c9d3',
  '#98a1b0',
  '#5d6675',
  '#454d5b',
  '#2c323d',
  '#171b23',
];
/** Dark enough for white text on it, and for its text on white (WCAG AA); Mantine's own red is not. */
const red: MantineColorsTuple = [
  '#fdeceb',
  '#fbd5d3',
  '#f5aaa7',
  '#f28b85',
  '#e66a64',
  '#d94b45',
  '#c02d2d',
  '#b32828',
  '#9c2222',
  '#7d1b1b',
];
const dark: MantineColorsTuple = [
  '#d5d9e2',
  '#b4bac7',
  '#949cac',
  '#6d7687',
  '#3a414f',
  '#2b313c',
  '#21262f',
  '#181c23',
  '#12151b',
  '#0c0e13',
];

const SANS = "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const MONO = "'JetBrains Mono Variable', ui-monospace, SFMono-Regular, Menlo, Consolas, monospace";

const CHOICE = { description: { fontSize: 'var(--mantine-font-size-xs)', color: 'var(--text-soft)' } };
const OVER = { overlayProps: { backgroundOpacity: 0.35 } };
const DIALOG = { title: { fontSize: '1rem', fontWeight: 600 } };

/** Calm and dense: small type, thin borders, colour for what needs attention. */
export const theme = createTheme({
  colors: { signet, gray, dark, red },
  primaryColor: 'signet',
  primaryShade: { light: 7, dark: 6 },
  fontFamily: SANS,
  fontFamilyMonospace: MONO,
  headings: { fontFamily: SANS, fontWeight: '600' },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '10px', xl: '14px' },
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Button: {
      defaultProps: { size: 'xs' },
      // Mantine's smallest button is 22 px high; WCAG 2.2 asks for 24.
      vars: (_: unknown, { size }: { readonly size?: unknown }) => ({
        root: size === 'compact-xs' ? { '--button-height': '24px' } : {},
      }),
    },
    InputWrapper: {
      styles: {
        label: { fontWeight: 550, marginBottom: 2 },
        description: { fontSize: 'var(--mantine-font-size-xs)', color: 'var(--text-soft)', marginBottom: 1 },
        error: { fontSize: 'var(--mantine-font-size-xs)' },
      },
    },
    Radio: { styles: CHOICE },
    Checkbox: { styles: CHOICE },
    Modal: { defaultProps: { centered: true, radius: 'lg', padding: 'lg', ...OVER }, styles: DIALOG },
    Drawer: { defaultProps: OVER, styles: DIALOG },
    Menu: { defaultProps: { shadow: 'md', position: 'bottom-end', offset: 4 } },
    Popover: { defaultProps: { shadow: 'md' } },
    Skeleton: { defaultProps: { radius: 'sm' } },
  },
});

const VARIABLES = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-soft)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-signet-light-color': 'var(--accent)',
  '--mantine-color-placeholder': 'var(--text-faint)',
};

/** Makes Mantine use the tokens of theme.css. */
export const variables: CSSVariablesResolver = () => ({ variables: {}, light: VARIABLES, dark: VARIABLES });
