import { randomBytes } from 'node:crypto';
import { newApiKey } from '../../../apps/registry/src/api-key/api-key.secret.ts';
import type { DataDir } from '../data-folder/data-dir.ts';
import { readPrivateJson, writePrivateJson } from '../data-folder/private-file.ts';
import type { DevSettings } from '../settings.ts';

export interface Keys {
  /** Name of this Signet, by which it recognises its own Kafka and PostgreSQL. */
  readonly installation: string;
  readonly operatorKey: string;
  readonly sealingKeys: string;
  /** Whether the operator's key was made just now, so that it is shown this once. */
  readonly operatorKeyIsNew: boolean;
}

interface KeptKeys {
  readonly installation?: string;
  readonly operatorKey?: string;
  readonly sealingKeys?: string;
}

/** So many random bytes that two data folders never get the same name by chance. */
const NAME_BYTES = 6;

/**
 * The environment's keys; where it has none, those of the data folder, made at the first start. The id of the sealing key is made at
 * random too, so that a secret names the key that it needs.
 */
export function provideKeys(settings: DevSettings, dataDir: DataDir): Keys {
  const kept = readPrivateJson<KeptKeys>(dataDir.keys) ?? {};
  const random = randomBytes(NAME_BYTES).toString('hex');
  const keep: KeptKeys = {
    installation: kept.installation ?? `local-${random}`,
    operatorKey: kept.operatorKey ?? newApiKey('operator', randomBytes),
    sealingKeys: kept.sealingKeys ?? `local-${random}:${randomBytes(32).toString('base64')}`,
  };
  if (JSON.stringify(keep) !== JSON.stringify(kept)) writePrivateJson(dataDir.keys, keep);
  return {
    installation: settings.installation ?? String(keep.installation),
    operatorKey: settings.operatorKey ?? String(keep.operatorKey),
    sealingKeys: settings.sealingKeys ?? String(keep.sealingKeys),
    operatorKeyIsNew: settings.operatorKey === undefined && kept.operatorKey === undefined,
  };
}
