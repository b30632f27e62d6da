import { extname, join } from 'node:path';

/** The page whose snippets are files that a test runs. */
export const RECEIVING_PAGE = 'docs/guides/receiving.md';

const LANGUAGES: Readonly<Record<string, string>> = {
  '.ts': 'ts',
  '.py': 'python',
  '.go': 'go',
  '.java': 'java',
  '.php': 'php',
  '.rb': 'ruby',
};

/** The marker, and the block of code below it where there is one already. */
const QUOTE = /^<!-- quote: (\S+) -->\n(?:\n*^```.*\n[\s\S]*?\n```$\n)?/gm;

/**
 * The page with each quoted file, as it is now, in a block of code below its marker `<!-- quote: path -->`.
 *
 * @param folder of the page; the paths are relative to it
 * @param read the text of a file
 */
export const withQuotes = (page: string, folder: string, read: (file: string) => string): string =>
  page.replace(QUOTE, (_, path: string) => {
    const language = LANGUAGES[extname(path)] ?? '';
    const text = read(join(folder, path)).trimEnd();
    return `<!-- quote: ${path} -->\n\n\`\`\`${language}\n${text}\n\`\`\`\n`;
  });
