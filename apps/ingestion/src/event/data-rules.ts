import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { EVENT_TYPES, PRODUCER_EVENT_TYPES } from '@signet/contracts';
import { countMembers, duplicateKey } from './duplicate-keys.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { schemaSentence } from './schema-sentence.ts';

const MAX_DEPTH = 64;
const MAX_KEYS = 10_000;

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
/** Compiled once, so that checking a payload takes only microseconds. */
const VALIDATORS: ReadonlyMap<string, ValidateFunction> = new Map(
  PRODUCER_EVENT_TYPES.map(({ name, schema }) => [name, ajv.compile(schema)]),
);

const OWN_TYPES: ReadonlySet<string> = new Set(
  EVENT_TYPES.map(({ name }) => name).filter((name) => !VALIDATORS.has(name)),
);

export const isKnownType = (type: string): boolean => VALIDATORS.has(type);

/**
 * Whether only Signet itself may send this type. A producer that could forge an alert could make people examine
 * healthy webhooks.
 */
export const isOwnType = (type: string): boolean => OWN_TYPES.has(type);

/**
 * Checks a payload: it must be an object, not too deep and not too wide, must have no name twice in one object, and
 * must fit the schema of its event type.
 *
 * @param json the text of `data`, which receivers get
 */
export function checkData(type: string, data: unknown, json: Buffer): Refusal | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    return refusal('invalid_data', 'data', 'data must be a JSON object.');
  const size = measure(data);
  if (size.depth > MAX_DEPTH) return refusal('too_deep', 'data', `data is nested deeper than ${MAX_DEPTH} levels.`);
  if (size.keys > MAX_KEYS) return refusal('too_many_keys', 'data', 'data has more than 10,000 keys.');
  if (countMembers(json) !== size.keys) return duplicateRefusal(json);
  const validate = VALIDATORS.get(type);
  if (!validate || validate(data)) return undefined;
  return schemaRefusal(validate.errors ?? []);
}

/** The schema is checked against the last of the two members; a receiver's parser may take the first. */
function duplicateRefusal(json: Buffer): Refusal {
  const field = `data.${duplicateKey(json) ?? ''}`;
  return refusal('duplicate_key', field, `${field} is there twice; which of the two counts depends on who reads it.`);
}

function schemaRefusal(errors: readonly ErrorObject[]): Refusal {
  const field = `data${(errors[0]?.instancePath ?? '').replaceAll('/', '.')}`;
  return refusal('invalid_data', field, `${field} ${schemaSentence(errors)}.`);
}

/** Without recursion: the sender chooses the depth. Stops when a limit is passed. */
function measure(root: object): { depth: number; keys: number } {
  const open: [value: object, depth: number][] = [[root, 1]];
  let deepest = 1;
  let keys = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const [value, depth] = next;
    deepest = Math.max(deepest, depth);
    if (deepest > MAX_DEPTH || keys > MAX_KEYS) break;
    // The elements of a list have no keys; the size limit of the message bounds their number.
    if (!Array.isArray(value)) keys += Object.keys(value).length;
    for (const child of Object.values(value) as unknown[]) {
      if (typeof child === 'object' && child !== null) open.push([child, depth + 1]);
    }
  }
  return { depth: deepest, keys };
}
