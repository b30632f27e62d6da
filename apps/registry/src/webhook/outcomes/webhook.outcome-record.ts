import { deliveryOutcome, OUTCOME_CAUSES } from '@signet/contracts';
import type { OutcomeCause } from '@signet/contracts';
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

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Every error class, also one that this version does not know yet. */
const ERROR_CLASS = /^[a-z0-9_]{1,64}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The form alone allows times that do not exist, such as the 99th of a month: PostgreSQL would refuse them. */
const isInstant = (value: unknown): value is string =>
  isText(value, INSTANT) && isStorable(value) && toInstant(value) === value;

/** PostgreSQL has no year 0. */
const isStorable = (time: string): boolean => !time.startsWith('0000') && !Number.isNaN(Date.parse(time));

const isText = (value: unknown, form: RegExp): value is string => typeof value === 'string' && form.test(value);

/**
 * Whether all fields that the registry reads of an outcome exist and have their usual form. A full schema parse costs
 * more than all other work on a healthy outcome, so only outcomes that fail this check go through the schema. A wrong
 * "no" costs time only.
 */
function isUsual(value: unknown): value is WebhookOutcome {
  if (typeof value !== 'object' || value === null) return false;
  const outcome = value as Partial<Record<keyof WebhookOutcome, unknown>>;
  return (
    isText(outcome.webhookId, UUID) &&
    isText(outcome.deliveryId, UUID) &&
    isInstant(outcome.startedAt) &&
    isInstant(outcome.endedAt) &&
    Number.isInteger(outcome.attempt) &&
    (outcome.outcome === 'succeeded' || outcome.outcome === 'failed') &&
    (outcome.kind === 'message' || outcome.kind === 'replay' || outcome.kind === 'test') &&
    (outcome.fault === 'none' || outcome.fault === 'receiver' || outcome.fault === 'platform') &&
    (outcome.cause === undefined || OUTCOME_CAUSES.includes(outcome.cause as OutcomeCause)) &&
    (outcome.statusCode === null || Number.isInteger(outcome.statusCode)) &&
    (outcome.errorClass === null || isText(outcome.errorClass, ERROR_CLASS))
  );
}

/** Reads a value of `delivery.outcomes.v1`. */
export function readOutcome(value: Buffer | null): WebhookOutcome | Unreadable {
  if (value === null || value.length === 0) return { reason: 'no_value', detail: 'The record has no value.' };
  let json: unknown;
  try {
    json = JSON.parse(value.toString('utf8'));
  } catch (error) {
    return { reason: 'not_json', detail: error instanceof Error ? error.message : String(error) };
  }
  if (isUsual(json)) return json;
  const parsed = deliveryOutcome.safeParse(json);
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
