/** What one service writes and another one, perhaps of another version, reads. */
export interface WireFormat {
  /** Where it lies. */
  readonly on: string;
  /** Every format that this version reads; a format stays here as long as its bytes may lie about. */
  readonly reads: readonly number[];
  /** What it writes unless SIGNET_WRITE_FORMATS says otherwise: a format that the version before reads. */
  readonly writes: number;
  /** The first version that reads a format; without one, every version from 0.2.0 on does. */
  readonly readSince?: Readonly<Record<number, string>>;
}

/**
 * The formats of everything that crosses from one process to another. An optional field that old readers pass over is no new format.
 * What old readers do not understand is one, and comes in three steps, a minor version each at the least:
 *
 * | version | reads | writes | SIGNET_WRITE_FORMATS |
 * |---|---|---|---|
 * | before | 1 | 1 | |
 * | brings it | 1, 2 | 1 | 2, once no replica of the version before is left |
 * | after | 1, 2 | 2 | 1, to go back |
 * | later, when nothing of 1 lies about | 2 | 2 | |
 *
 * tools/upgrades/recorded has bytes as released versions wrote them; a test reads them all.
 */
export const WIRE_FORMATS = {
  /** 2: the length of each body stands with its message, and no longer in a header of its own (since 0.3.0). */
  'request-bundles': { on: 'delivery.requests.v1', reads: [1, 2], writes: 1, readSince: { 2: '0.3.0' } },
  requests: { on: 'delivery.requests.v1', reads: [1], writes: 1 },
  outcomes: { on: 'delivery.outcomes.v1', reads: [1], writes: 1 },
  messages: { on: 'ingestion.<domain>.v1', reads: [1], writes: 1 },
  webhooks: { on: 'registry.webhooks.v1', reads: [1], writes: 1 },
  tenants: { on: 'registry.tenants.v1', reads: [1], writes: 1 },
  'api-keys': { on: 'registry.api-keys.v1', reads: [1], writes: 1 },
  generations: { on: 'registry.*', reads: [1], writes: 1 },
  'shelved-requests': { on: 'delivery.shelved_requests', reads: [1], writes: 1 },
} as const satisfies Readonly<Record<string, WireFormat>>;

export type FormatName = keyof typeof WIRE_FORMATS;
/** The format of each name that is written now. */
export type WriteFormats = Readonly<Record<FormatName, number>>;

const NAMES = Object.keys(WIRE_FORMATS) as FormatName[];

/** What this version writes by itself, but for those that are named. */
export const writeFormats = (named: Partial<WriteFormats> = {}): WriteFormats =>
  Object.fromEntries(NAMES.map((name) => [name, named[name] ?? WIRE_FORMATS[name].writes])) as Record<
    FormatName,
    number
  >;

/** The first version that reads a format of this name; undefined: every version that an update may begin with. */
export function readSince(name: FormatName, format: number): string | undefined {
  const { readSince: since = {} }: WireFormat = WIRE_FORMATS[name];
  return since[format];
}

/** Reads `request-bundles=2,…`. A sentence where it names what there is not, or what this version could not read itself. */
export function parseWriteFormats(text: string): WriteFormats | { readonly fault: string } {
  const named: Partial<Record<FormatName, number>> = {};
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const [name = '', number = ''] = part.split('=');
    const known = NAMES.find((one) => one === name);
    if (known === undefined) return { fault: `has no format "${name}": there are ${NAMES.join(', ')}` };
    const reads: readonly number[] = WIRE_FORMATS[known].reads;
    if (!reads.includes(Number(number)))
      return { fault: `has ${name}=${number}, but this version knows ${reads.join(' and ')} of it` };
    named[known] = Number(number);
  }
  return writeFormats(named);
}
