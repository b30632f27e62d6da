import { CE } from '@signet/contracts';
import type { KafkaRecord } from '@signet/kafka';
import { isRefusal } from '../event/refusal.ts';
import { modeOf } from '../event/structured.ts';
import { readKafkaEvent } from './kafka-event.ts';

const NAME = '"tenantid"';
/** JSON may write any letter of the name like this. */
const ESCAPE = String.raw`\u0`;
/** Space, colon, and the value: a JSON string without escapes. */
const VALUE = /^\s*:\s*"([^"\\]*)"/;
/** Bytes behind the name that are looked at: longer than any tenant's id. */
const VALUE_BYTES = 100;

/**
 * The tenant whose event the record is, so that one tenant's events need not wait behind another's. It must be exact, or the
 * events of one subject could get past each other. A structured event is parsed only if its text leaves a doubt: the check
 * parses it again. Empty where the record names no tenant: it will be refused.
 */
export function tenantLane(record: KafkaRecord): string {
  const contentType = record.headers['content-type']?.toString('utf8') || undefined;
  if (contentType === undefined || modeOf(contentType) !== 'structured')
    return record.headers[CE.tenantId]?.toString('utf8') ?? '';
  return tenantInText(record.value) ?? parsedTenant(record);
}

/** undefined: the text names no tenant, more than one, or perhaps another one with escaped letters. */
function tenantInText(value: Buffer | null): string | undefined {
  const at = value?.indexOf(NAME, 0, 'latin1') ?? -1;
  if (!value || at < 0) return undefined;
  const from = at + NAME.length;
  if (value.includes(NAME, from, 'latin1') || value.includes(ESCAPE, 0, 'latin1')) return undefined;
  return VALUE.exec(value.toString('utf8', from, from + VALUE_BYTES))?.[1];
}

function parsedTenant(record: KafkaRecord): string {
  const event = readKafkaEvent(record);
  const tenant = isRefusal(event) ? undefined : event.attributes['tenantid'];
  return typeof tenant === 'string' ? tenant : '';
}
