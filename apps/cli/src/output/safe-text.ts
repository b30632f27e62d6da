/**
 * Characters that would move the cursor, colour the screen, or turn the direction of the text. Names and messages come from other people,
 * and a terminal would obey them.
 */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** The text on one line, as a terminal can show it: each run of unsafe characters becomes a space. */
export const safeText = (text: string): string => text.replace(UNSAFE, ' ').trim();

/** The same for each line, which keeps its indentation. */
export const safeLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(UNSAFE, ' ').trimEnd())
    .join('\n');
