import type { Secret, SecretForm } from './secret-forms.ts';
import { formsOf } from './secret-forms.ts';

/** A secret that was found where it must not be. */
export interface Leak {
  readonly where: string;
  /** The name of the secret; never the secret itself. */
  readonly secret: string;
  readonly form: string;
}

/** How much was searched, and the leaks that were found. */
export interface SearchReport {
  /** The number of rows, records or files. */
  readonly places: number;
  readonly bytes: number;
  readonly leaks: readonly Leak[];
}

const PREFIX = 4;

/**
 * Looks for many secrets in many forms in one pass over the bytes. Two bytes show whether any form may begin at a place (their
 * table fits into the processor's cache), four bytes show which forms, and only these are compared.
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

  /** The forms of secrets that are in these bytes, each once. */
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

  /** The forms in these bytes, as leaks of a place. */
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

/** The same leak in many rows or records counts once. */
export function distinct(leaks: readonly Leak[]): Leak[] {
  const byText = new Map(leaks.map((leak) => [JSON.stringify(leak), leak]));
  return [...byText.values()];
}
