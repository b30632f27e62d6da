import type { FieldError } from '@signet/service-kit';
import type { KeyLimits } from './api-key.decider.ts';

/** The event types and tenants of this installation. A limit can name only these. */
export interface Known {
  /** Names of the event types that producers send. */
  readonly eventTypes: readonly string[];
  /** The tenants that exist, of those that the limits name. */
  readonly tenants: readonly string[];
}

/** Every error in the limits of a new key, so that a caller can correct all of them at once. */
export const limitErrors = ({ eventTypes, tenants }: Partial<KeyLimits>, known: Known): FieldError[] => [
  ...listErrors('eventTypes', eventTypes ?? [], known.eventTypes, (name) => ({
    rule: 'unknown_event_type',
    detail: `Producers send no event type "${name}"; there are ${known.eventTypes.join(', ')}.`,
  })),
  ...listErrors('tenants', tenants ?? [], known.tenants, (id) => ({
    rule: 'unknown_tenant',
    detail: `There is no tenant "${id}".`,
  })),
];

function listErrors(
  list: keyof KeyLimits,
  values: readonly string[],
  known: readonly string[],
  unknown: (value: string) => Omit<FieldError, 'field'>,
): FieldError[] {
  const isKnown = new Set(known);
  const seen = new Set<string>();
  return values.flatMap((value, index) => {
    const field = `${list}.${index}`;
    if (seen.has(value)) return [{ field, rule: 'repeated', detail: `"${value}" is named twice.` }];
    seen.add(value);
    return isKnown.has(value) ? [] : [{ field, ...unknown(value) }];
  });
}
