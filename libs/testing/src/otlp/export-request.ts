import { fieldsOf } from './protobuf.ts';

export type ExportedAttributes = Readonly<Record<string, string | number | boolean>>;

/** A span as a collector gets it. Ids are hexadecimal. */
export interface ExportedSpan {
  readonly service: string;
  readonly resource: ExportedAttributes;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty where it begins a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  /** Nanoseconds since the epoch. */
  readonly startedAt: bigint;
  readonly endedAt: bigint;
  readonly attributes: ExportedAttributes;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly isError: boolean;
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

/** Reads an `ExportTraceServiceRequest` of OTLP 1.x (opentelemetry-proto, trace/v1/trace.proto). */
export function spansOfExport(request: Buffer): ExportedSpan[] {
  return messages(request, 1).flatMap((resourceSpans) => {
    const [described] = messages(resourceSpans, 1);
    const resource = described ? attributesOf(messages(described, 1)) : {};
    const spans = messages(resourceSpans, 2).flatMap((scopeSpans) => messages(scopeSpans, 2));
    return spans.map((span) => spanOf(span, resource));
  });
}

function spanOf(span: Buffer, resource: ExportedAttributes): ExportedSpan {
  const [status] = messages(span, 15);
  return {
    service: String(resource['service.name']),
    resource,
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    parentSpanId: hex(span, 4),
    name: text(span, 5),
    kind: KINDS[Number(numeric(span, 6))] ?? 'unspecified',
    startedAt: numeric(span, 7),
    endedAt: numeric(span, 8),
    attributes: attributesOf(messages(span, 9)),
    links: messages(span, 13).map((link) => ({ traceId: hex(link, 1), spanId: hex(link, 2) })),
    isError: status !== undefined && numeric(status, 3) === 2n,
  };
}

const attributesOf = (pairs: readonly Buffer[]): ExportedAttributes =>
  Object.fromEntries(pairs.map((pair) => [text(pair, 1), valueOf(messages(pair, 2)[0] ?? Buffer.alloc(0))]));

/** `AnyValue`: a text, a truth value or a number. */
function valueOf(value: Buffer): string | number | boolean {
  for (const { number, value: field } of fieldsOf(value)) {
    if (Buffer.isBuffer(field)) return field.toString();
    if (number === 2) return field === 1n;
    if (number === 3) return Number(BigInt.asIntN(64, field));
    const bits = Buffer.alloc(8);
    bits.writeBigUInt64LE(field);
    return bits.readDoubleLE();
  }
  return '';
}

function valuesOf(message: Buffer, number: number): (Buffer | bigint)[] {
  return [...fieldsOf(message)].filter((field) => field.number === number).map(({ value }) => value);
}

const messages = (message: Buffer, number: number): Buffer[] => valuesOf(message, number).filter(Buffer.isBuffer);
const text = (message: Buffer, number: number): string => messages(message, number)[0]?.toString() ?? '';
const hex = (message: Buffer, number: number): string => messages(message, number)[0]?.toString('hex') ?? '';
const numeric = (message: Buffer, number: number): bigint => {
  const [value] = valuesOf(message, number);
  return typeof value === 'bigint' ? value : 0n;
};
