export type TokenKind = 'key' | 'string' | 'number' | 'literal' | 'plain';
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Cuts JSON into tokens with one colour each. A text that is not JSON is at worst returned as one token without a colour. */
export function jsonTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let end = 0;
  const push = (kind: TokenKind, part: string): void => void (part !== '' && tokens.push({ kind, text: part }));
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon, number] = match;
    push('plain', text.slice(end, match.index));
    if (string !== undefined) {
      push(colon === undefined ? 'string' : 'key', string);
      push('plain', colon ?? '');
    } else push(number === undefined ? 'literal' : 'number', whole);
    end = match.index + whole.length;
  }
  push('plain', text.slice(end));
  return tokens;
}
