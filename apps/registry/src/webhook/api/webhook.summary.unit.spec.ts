import { describe, expect, test } from '@jest/globals';
import { summaryOf } from './webhook.summary.ts';

const at = new Date('2026-01-15T12:00:00.000Z');
const DAY_MS = 24 * 60 * 60 * 1000;
const healthy = {
  isActive: true,
  disabledReason: null,
  disabledDetail: null,
  disabledAt: null,
  activeSince: null,
  replayMissed: null,
  consecutiveFailures: 0,
  alertedAt: null,
  lastSuccessAt: null,
  lastFailureAt: null,
  clientCertificate: null,
};
const summary = (more: Partial<Parameters<typeof summaryOf>[0]>): string => summaryOf({ ...healthy, ...more }, 10, at);
const certificate = (daysLeft: number) => ({
  subject: 'CN=shop',
  issuer: 'CN=shop',
  fingerprint: 'AA',
  expiresAt: new Date(at.getTime() + daysLeft * DAY_MS).toISOString(),
  sealed: '',
});

describe('how a webhook is doing, for people', () => {
  test.each<[Partial<Parameters<typeof summaryOf>[0]>, string]>([
    [{}, 'Active; nothing has been delivered yet.'],
    [{ lastSuccessAt: at }, 'Active; the last delivery arrived at 2026-01-15T12:00:00.000Z.'],
    [
      { consecutiveFailures: 1, lastFailureAt: at },
      'Failing: 1 failure in a row, the last at 2026-01-15T12:00:00.000Z; at 10 it is disabled.',
    ],
    [
      { consecutiveFailures: 4, lastFailureAt: at, alertedAt: at },
      'Failing: 4 failures in a row, the last at 2026-01-15T12:00:00.000Z; at 10 it is disabled.',
    ],
    [{ alertedAt: at }, 'Enabled, and nothing has arrived since the alert of 2026-01-15T12:00:00.000Z.'],
    [
      { isActive: false, disabledReason: 'failing', disabledDetail: '10 attempts in a row failed.', disabledAt: at },
      'Disabled by Signet since 2026-01-15T12:00:00.000Z: 10 attempts in a row failed.',
    ],
    [
      { isActive: false, disabledReason: 'manual', disabledDetail: 'Moving house', disabledAt: at },
      'Disabled by hand since 2026-01-15T12:00:00.000Z: Moving house.',
    ],
    [{ isActive: false, disabledReason: 'manual', disabledAt: at }, 'Disabled by hand since 2026-01-15T12:00:00.000Z.'],
    [{ clientCertificate: certificate(30) }, 'Active; nothing has been delivered yet.'],
    [
      { clientCertificate: certificate(3) },
      'Active; nothing has been delivered yet. Its client certificate expires at 2026-01-18T12:00:00.000Z.',
    ],
    [
      { clientCertificate: certificate(-1) },
      'Active; nothing has been delivered yet. Its client certificate expired at 2026-01-14T12:00:00.000Z.',
    ],
  ])('%j', (more, sentence) => expect(summary(more)).toBe(sentence));
});
