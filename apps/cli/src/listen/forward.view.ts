import { safeText } from '../output/safe-text.ts';
import { shownTime } from '../session/moments.ts';
import type { Forwarded, Incoming } from './forward.ts';

/** One line of `signet listen`: a request of Signet that was forwarded. */
export interface ForwardLine {
  readonly kind: 'forwarded';
  readonly at: string;
  readonly deliveryId: string | null;
  readonly eventId: string | null;
  readonly eventType: string | null;
  readonly attempt: number | null;
  /** What the local receiver answered; null: nothing. */
  readonly statusCode: number | null;
  readonly durationMs: number;
  readonly error: string | null;
}

export function forwardLine(at: Date, { headers }: Pick<Incoming, 'headers'>, forwarded: Forwarded): ForwardLine {
  const header = (name: string): string | null => headers[name]?.toString() ?? null;
  return {
    kind: 'forwarded',
    at: at.toISOString(),
    deliveryId: header('signet-delivery-id'),
    eventId: header('webhook-id'),
    eventType: header('signet-event-type'),
    attempt: Number(header('signet-attempt')) || null,
    statusCode: 'statusCode' in forwarded ? forwarded.statusCode : null,
    durationMs: forwarded.durationMs,
    error: 'error' in forwarded ? forwarded.error : null,
  };
}

/** For people: `2026-11-23 18:00:05  sale.created  204  12 ms  attempt 1  7d1f7c1e-…`. */
export function shownForwardLine(line: ForwardLine, paint: (state: string, text: string) => string): string {
  const { at, eventType, statusCode, durationMs, attempt, deliveryId, error } = line;
  const isTaken = statusCode !== null && statusCode >= 200 && statusCode < 300;
  return [
    shownTime(at),
    safeText(eventType ?? ''),
    paint(isTaken ? 'SUCCESS' : 'FAILED', String(statusCode ?? 'no response')),
    `${durationMs} ms`,
    attempt === null ? '' : `attempt ${attempt}`,
    safeText(deliveryId ?? ''),
    safeText(error ?? ''),
  ]
    .filter((part) => part !== '')
    .join('  ');
}
