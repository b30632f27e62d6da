import type { Secret, SecretForm } from './secret-forms.ts';
import { formsOf } from './secret-forms.ts';

/** A secret that lies where it must not. */
export interface Leak {
  readonly where: string;
  /** What the secret is called; never itself. */
  readonly secret: string;
  readonly form: string;
}

/** What was looked through, and what was found. */
export interface SearchReport {
  /** Rows, records or files. */
  readonly places: number;
  readonly bytes: number;
  readonly leaks: readonly Leak[];
}

const PREFIX = 4;

/**
 * Looks for many secrets in many forms at once. One pass over the bytes, however many there are: two bytes tell whether one
 * may begin here (a table of them stays in the processor's cache), four which ones, and only those are compared.
 */
export class SecretSearch {
  private readonly mayBegin = new Uint8Array(1 << 16);
  private readonly byPrefix = new Map<number, SecretForm[]>();

  constructor(secrets: readonly Secret[]) {
    for (const form of secrets.flatMap(formsOf)) {
      const prefix = form.bytes.readUIntBE(0, PREFIX);
      this.mayBegin[prefix >>> 16] = 1;
      this.byPrefix.set(prefix, [...(this.byPrefix.get(prefix) ?? []), form]);
    }
  }

  /** What is in these bytes, each form of a secret once. */
  in(bytes: Uint8Array): { secret: string; form: string }[] {
    const found = new Map<SecretForm, { secret: string; form: string }>();
    const { mayBegin, byPrefix } = this;
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = view.length - PREFIX;
    for (let start = 0; start <= end; start++) {
      if (mayBegin[((view[start] as number) << 8) | (view[start + 1] as number)] === 0) continue;
      const forms = byPrefix.get(view.readUInt32BE(start));
      if (forms !== undefined) compare(view, start, forms, found);
    }
    return [...found.values()];
  }

  /** Adds what is in these bytes to the leaks of a place. */
  leaksIn(where: string, bytes: Uint8Array | string): Leak[] {
    return this.in(typeof bytes === 'string' ? Buffer.from(bytes) : bytes).map((found) => ({ where, ...found }));
  }
}

function compare(
  bytes: Buffer,
  start: number,
  forms: readonly SecretForm[],
  found: Map<SecretForm, { secret: string; form: string }>,
): void {
  for (const form of forms) {
    const end = start + form.bytes.length;
    if (found.has(form) || end > bytes.length) continue;
    if (form.bytes.compare(bytes, start, end) === 0) found.set(form, { secret: form.name, form: form.form });
  }
}

/** The same leak in many rows or records is one. */
export function distinct(leaks: readonly Leak[]): Leak[] {
  const byText = new Map(leaks.map((leak) => [JSON.stringify(leak), leak]));
  return [...byText.values()];
}
