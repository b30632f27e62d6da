/** The texts that are stored under one sealing key. */
export interface StoredUnder {
  readonly keyId: string;
  /** Number of webhooks that have a secret, header or certificate under it. */
  readonly webhooks: number;
  /**
   * `missing`: SIGNET_SEALING_KEYS has no key with this id. `other`: it has one, but that key does not open the
   * stored texts.
   */
  readonly key: 'opens' | 'missing' | 'other';
}

const ELSE =
  'If this database belongs to another installation, set SIGNET_DATABASE_URL to one of its own. If the key is lost, name it in SIGNET_LOST_SEALING_KEYS: the registry starts then, and the webhooks can be removed or get new secrets.';

/**
 * The reason for which the registry must not start; undefined when all stored texts can be opened or are known to be
 * lost.
 */
export function reasonAgainstKeys(stored: readonly StoredUnder[], lost: readonly string[]): string | undefined {
  const wrong = stored.filter(({ keyId, key }) => key !== 'opens' && !lost.includes(keyId));
  if (wrong.length === 0) return undefined;
  return `${wrong.map(sentence).join(' ')} ${ELSE}`;
}

function sentence({ keyId, webhooks, key }: StoredUnder): string {
  const what = `${webhooks} ${webhooks === 1 ? 'webhook' : 'webhooks'} of this database`;
  return key === 'missing'
    ? `SIGNET_SEALING_KEYS has no key with the id "${keyId}", which sealed the secrets of ${what}: add it, in any place but the first.`
    : `The key "${keyId}" in SIGNET_SEALING_KEYS is another one than the key with this id that sealed the secrets of ${what}: put that one in its place.`;
}
