/**
 * Control characters and characters that turn the direction of a text. With them a name can look like another one: U+202E shows
 * `gnp.evil` as "live.png". The joiners U+200C and U+200D are left alone, since names in Persian, and emoji, need them.
 */
const HIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** The text with each hidden character as `[U+202E]`. Tabs and line breaks stay as they are. */
export const visible = (text: string): string => text.replace(HIDDEN, named);

/** A name within a sentence, a title or a label: isolated, so that a name that is written from right to left turns only itself. */
export const isolated = (name: string): string => `\u2068${visible(name)}\u2069`;

const named = (char: string): string => `[U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`;
