import { MASKED } from '@signet/egress';

type Texts = Readonly<Record<string, string>>;

/** Shorter ones would be found where they are not meant, and tear the record. */
const SHORTEST = 8;

/**
 * Takes the credentials of a request out of what is recorded of its answer: many a receiver that fails sends back what it
 * got. Finds them as they were sent, and without their scheme; not where a receiver has coded them anew.
 */
export class HiddenCredentials {
  private readonly texts: readonly string[];

  /** @param credentials headers of the request whose values must not be kept */
  constructor(credentials: Texts) {
    const all = Object.values(credentials).flatMap((value) => [value, value.slice(value.indexOf(' ') + 1)]);
    // The longest first: a part of it must not be taken out of the middle.
    this.texts = [...new Set(all)].filter(({ length }) => length >= SHORTEST).toSorted((a, b) => b.length - a.length);
  }

  in(text: string): string {
    return this.texts.reduce((hidden, secret) => hidden.replaceAll(secret, MASKED), text);
  }

  inHeaders(headers: Texts): Texts {
    if (this.texts.length === 0) return headers;
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, this.in(value)]));
  }

  /** The same for a text that was cut off at its end, perhaps within a credential. */
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
