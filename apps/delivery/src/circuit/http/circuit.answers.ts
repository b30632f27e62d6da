import { pageAnswer } from '@signet/service-kit';
import { z } from 'zod';
import type { CircuitRow } from './circuit.reader.ts';

export const circuitAnswer = z
  .strictObject({
    webhookId: z.uuid(),
    tenantId: z.string(),
    state: z.enum(['closed', 'open', 'half_open']).meta({
      description:
        '`closed`: deliveries are tried. `open`: they are held back, without spending attempts. `half_open`: one is let through to see whether the receiver is back.',
    }),
    openings: z.int().min(0).meta({
      description:
        'How often the circuit opened since it was last closed: once at the beginning, and again after each failed probe.',
    }),
    openedAt: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'When the circuit opened for the first time since it was last closed.' }),
    nextProbeAt: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'When one delivery is let through; in the past when it is half-open.' }),
  })
  .meta({ title: 'Circuit' });
export type CircuitView = z.infer<typeof circuitAnswer>;
export const circuitPageAnswer = pageAnswer(circuitAnswer);

/** A stored circuit whose probe time has passed is half-open: its owner does not store that change. */
export const circuitView = ({ probeAt, ...row }: CircuitRow, now: Date): CircuitView => ({
  ...row,
  state: Date.parse(probeAt) > now.getTime() ? 'open' : 'half_open',
  nextProbeAt: probeAt,
});

export const closedView = (webhook: { id: string; tenantId: string }): CircuitView => ({
  webhookId: webhook.id,
  tenantId: webhook.tenantId,
  state: 'closed',
  openings: 0,
  openedAt: null,
  nextProbeAt: null,
});

export const circuitExample = {
  webhookId: '01a20a03-6a9d-799e-8f18-38d27e479d8e',
  tenantId: 'antwerp-jewels',
  state: 'open',
  openings: 2,
  openedAt: '2026-11-23T20:05:26.164Z',
  nextProbeAt: '2026-11-23T20:11:27.031Z',
} satisfies CircuitView;
