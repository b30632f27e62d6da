import type { SentMessage } from '../bench/measure/ledger.ts';
import { percentile } from '../bench/measure/percentile.ts';
import type { RequestKind, RequestMade } from './load/caller.ts';

/** While a service was rolled out; times in microseconds (tools/bench/clock.ts). */
export interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export const UNDISTURBED = 'undisturbed';

/** The name of the span that a time lies in; `undisturbed`: in none. */
export const spanAt = (spans: readonly Span[], at: number): string =>
  spans.find(({ from, to }) => at >= from && at < to)?.name ?? UNDISTURBED;

/** Milliseconds; NaN where there is nothing. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

export const latencyOf = (values: readonly number[]): Latency => ({
  p50: percentile(values, 50),
  p99: percentile(values, 99),
});

/** What clients saw of the public address within a span. */
export interface Figures {
  readonly requests: number;
  readonly toldToComeAgain: number;
  readonly refused: number;
  readonly broken: number;
  readonly latency: Readonly<Record<RequestKind, Latency>>;
}

/** Latencies are those of requests that were done. A request that is answered with Retry-After has none; its repetition has one of its own. */
export function figuresOf(requests: readonly RequestMade[]): Figures {
  const count = (verdict: RequestMade['verdict']): number => requests.filter((one) => one.verdict === verdict).length;
  const latency = (kind: RequestKind): Latency =>
    latencyOf(requests.filter((one) => one.kind === kind && one.verdict === 'done').map(({ ms }) => ms));
  return {
    requests: requests.length,
    toldToComeAgain: count('told to come again'),
    refused: count('refused'),
    broken: count('broken'),
    latency: { events: latency('events'), reads: latency('reads'), changes: latency('changes') },
  };
}

export const requestsIn = (requests: readonly RequestMade[], spans: readonly Span[], name: string): RequestMade[] =>
  requests.filter(({ at }) => spanAt(spans, at) === name);

export const messagesIn = (
  messages: readonly SentMessage[],
  spans: readonly Span[],
  name: string,
): readonly SentMessage[] => messages.filter(({ intendedAt }) => spanAt(spans, intendedAt) === name);

/** Everything that is promised of a roll-out. */
export interface Found {
  readonly figures: Pick<Figures, 'refused' | 'broken'>;
  /** Messages times webhooks. */
  readonly missing: number;
  readonly repeated: number;
  /** Messages that their producer gave up. */
  readonly notTaken: number;
  /** Deliveries in PostgreSQL that have not succeeded. */
  readonly undelivered: number;
  /** Changes that were answered with 200 and are not in PostgreSQL. */
  readonly changesLost: number;
  /** How the processes ended that were sent a signal. */
  readonly endings: readonly string[];
  /** Processes that ended without a signal from us. */
  readonly processesLost: number;
}

/** A sentence for each promise that was broken. */
export function brokenPromises(found: Found): string[] {
  const bad = found.endings.filter((how) => how !== 'exit code 0');
  const promises: readonly (readonly [number, string])[] = [
    [found.figures.refused, 'requests were refused without Retry-After'],
    [found.figures.broken, 'requests got no answer'],
    [found.notTaken, 'messages were never taken'],
    [found.missing, 'deliveries of accepted messages are missing'],
    [found.repeated, 'deliveries came more than once'],
    [found.undelivered, 'deliveries have not succeeded in PostgreSQL'],
    [found.changesLost, 'accepted changes are lost'],
    [bad.length, `replicas did not end in order (${bad.join(', ')})`],
    [found.processesLost, 'replicas ended by themselves'],
  ];
  return promises.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
}
