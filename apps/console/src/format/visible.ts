/**
 * Control characters and characters that turn the direction of a text. With them a name can look like another one: U+202E shows
 * `gnp.evil` as "live.png". The joiners U+200C and U+200D are left alone, since names in Persian, and emoji, need them.
 */
const HIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** The text with each hidden character as `[U+202E]`. Tabs and line breaks stay as they are. */
export const visible = (text: string): string => text.replace(HIDDEN, named);

/** Letters of Hebrew, Arabic and the other scripts that are written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** A name within a sentence, a title or a label. One that is written from right to left is isolated, so that it turns only itself. */
export const isolated = (name: string): string =>
  RIGHT_TO_LEFT.test(name) ? `\u2068${visible(name)}\u2069` : visible(name);

const named = (char: string): string => `[U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`;
