import type { FieldError } from '@signet/service-kit';
import type { KeyLimits } from './api-key.decider.ts';

/** What this installation has; only what is there can be allowed. */
export interface Known {
  /** Names of the event types that producers send. */
  readonly eventTypes: readonly string[];
  /** Those of the named tenants that there are. */
  readonly tenants: readonly string[];
}

/** Everything that is wrong with the limits of a new key, so that a caller mends it in one go. */
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
