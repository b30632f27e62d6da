import { MASKED } from '@signet/contracts';

type Texts = Readonly<Record<string, string>>;

/** Shorter credentials are not hidden: the same characters often occur by chance, and masking them would damage the record. */
const SHORTEST = 8;

/**
 * Masks the credentials of a request in the recorded response: some receivers that fail send the request back. It finds a
 * credential as it was sent, and without its scheme (such as `Bearer`). It does not find one that the receiver has encoded in
 * another way: that one is recorded.
 */
export class HiddenCredentials {
  private readonly texts: readonly string[];

  /** @param credentials headers of the request whose values must not be kept */
  constructor(credentials: Texts) {
    const all = Object.values(credentials).flatMap((value) => [value, value.slice(value.indexOf(' ') + 1)]);
    // The longest first: otherwise a shorter one would be masked within it, and the rest would remain.
    this.texts = [...new Set(all)].filter(({ length }) => length >= SHORTEST).toSorted((a, b) => b.length - a.length);
  }

  in(text: string): string {
    return this.texts.reduce((hidden, secret) => hidden.replaceAll(secret, MASKED), text);
  }

  inHeaders(headers: Texts): Texts {
    if (this.texts.length === 0) return headers;
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, this.in(value)]));
  }

  /** The same for a text that was truncated, perhaps within a credential. */
  inCut(text: string): string {
    const hidden = this.in(text);
    for (const secret of this.texts) {
      for (let length = secret.length - 1; length >= SHORTEST; length--) {
        if (hidden.endsWith(secret.slice(0, length))) return hidden.slice(0, -length) + MASKED;
      }
    }
    return hidden;
  }
}
