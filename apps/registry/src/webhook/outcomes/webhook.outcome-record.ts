import { deliveryOutcome } from '@signet/contracts';
import { z } from 'zod';
import { toInstant } from '../../http/instant.ts';
import type { AttemptOutcome } from '../domain/webhook-outcomes.decider.ts';

/** An outcome with the id of its webhook. */
export type WebhookOutcome = AttemptOutcome & { readonly webhookId: string };

/** Why a record cannot be read; it goes to the dead-letter topic with the record. */
export interface Unreadable {
  readonly reason: 'no_value' | 'not_json' | 'schema';
  readonly field?: string;
  readonly detail: string;
}

/** Every error class, also one that this version does not know yet. */
const ERROR_CLASS = /^[a-z0-9_]{1,64}$/;

/** The fields that the registry reads of an outcome; the others are kept as they are. */
const readFields = deliveryOutcome
  .pick({
    deliveryId: true,
    webhookId: true,
    kind: true,
    attempt: true,
    outcome: true,
    startedAt: true,
    endedAt: true,
    statusCode: true,
    fault: true,
    cause: true,
  })
  .extend({ errorClass: z.string().regex(ERROR_CLASS).nullable() })
  .loose();

/** PostgreSQL has no year 0. */
const isStorable = (time: string): boolean => !time.startsWith('0000') && !Number.isNaN(Date.parse(time));

/** Reads a value of `delivery.outcomes.v1`. */
export function readOutcome(value: Buffer | null): WebhookOutcome | Unreadable {
  if (value === null || value.length === 0) return { reason: 'no_value', detail: 'The record has no value.' };
  let json: unknown;
  try {
    json = JSON.parse(value.toString('utf8'));
  } catch (error) {
    return { reason: 'not_json', detail: error instanceof Error ? error.message : String(error) };
  }
  const parsed = readFields.safeParse(json);
  if (parsed.success) {
    const { startedAt, endedAt, webhookId, deliveryId } = parsed.data;
    const read = {
      ...parsed.data,
      webhookId: webhookId.toLowerCase(),
      deliveryId: deliveryId.toLowerCase(),
      startedAt: toInstant(startedAt),
      endedAt: toInstant(endedAt),
    };
    const field = isStorable(read.startedAt) ? 'endedAt' : 'startedAt';
    if (!isStorable(read[field]))
      return { reason: 'schema', field, detail: 'The time has a year that cannot be stored.' };
    return read;
  }
  const issue = parsed.error.issues[0];
  return {
    reason: 'schema',
    field: issue?.path.join('.') ?? '',
    detail: issue?.message ?? 'The record is no outcome.',
  };
}

export const isUnreadable = (read: WebhookOutcome | Unreadable): read is Unreadable => 'reason' in read;
