/** Lines for the terminal, each with the seconds since `npm start` was typed. Colours only where the output is a terminal. */
const colours = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;
const earlier = Number(process.env['SIGNET_STARTED_MS_AGO'] ?? 0);
// It is ours and no setting of a service.
delete process.env['SIGNET_STARTED_MS_AGO'];
const startedAt = performance.now() - earlier;

const paint = (code: number, text: string): string => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = (text: string): string => paint(1, text);
export const green = (text: string): string => paint(32, text);
const dim = (text: string): string => paint(2, text);
const red = (text: string): string => paint(31, text);

export const elapsedSeconds = (): number => (performance.now() - startedAt) / 1000;
const stamp = (): string => dim(`[${elapsedSeconds().toFixed(1).padStart(6)} s]`);

export const say = (line: string): void => console.log(`${stamp()} ${line}`);
export const warn = (line: string): void => console.log(`${stamp()} ${red(line)}`);
/** A line without a time, for summaries. */
export const plain = (line = ''): void => console.log(line);
