/** Letters that may be wrong, missing or too many: of longer names, one in each so many letters. */
const LETTERS_FOR_ONE_MISTAKE = 5;

/** The known name that was probably meant; undefined where none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let fewest = Math.max(1, Math.floor(name.length / LETTERS_FOR_ONE_MISTAKE)) + 1;
  for (const candidate of known) {
    const mistakes = mistakesBetween(name, candidate);
    if (mistakes < fewest) [nearest, fewest] = [candidate, mistakes];
  }
  return nearest;
}

/** How many letters have to be changed, added or left out to get from one to the other (Levenshtein's distance). */
function mistakesBetween(from: string, to: string): number {
  let before = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const line = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (before[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      line.push(Math.min(replaced, (before[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1));
    }
    before = line;
  }
  return before[to.length] ?? 0;
}
