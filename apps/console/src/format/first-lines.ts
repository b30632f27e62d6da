const LINES = 4;
const CHARS = 300;

/** The beginning of an answer, as much as fits into a card: its first lines that are not empty. */
export function firstLines(text: string): string {
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
  const shown = lines.slice(0, LINES).join('\n');
  // By characters and not by UTF-16 units, so that none is cut in half.
  const cut = [...shown].slice(0, CHARS).join('');
  return cut.length < shown.length || lines.length > LINES ? `${cut} …` : cut;
}
