import { randomBytes } from 'node:crypto';
import type { DataDir } from './data-dir.ts';
import { readPrivateJson, writePrivateJson } from './private-file.ts';
import type { DevSettings } from './settings.ts';

export interface Keys {
  readonly operatorKey: string;
  readonly sealingKeys: string;
  /** Whether the operator's key was made just now, so that it is shown this once. */
  readonly operatorKeyIsNew: boolean;
}

interface KeptKeys {
  readonly operatorKey?: string;
  readonly sealingKeys?: string;
}

/** The environment's keys; where it has none, those of the data folder, made at the first start. */
export function provideKeys(settings: DevSettings, dataDir: DataDir): Keys {
  const kept = readPrivateJson<KeptKeys>(dataDir.keys) ?? {};
  const keep: KeptKeys = {
    operatorKey: kept.operatorKey ?? `signet_operator_${randomBytes(32).toString('base64url')}`,
    sealingKeys: kept.sealingKeys ?? `local1:${randomBytes(32).toString('base64')}`,
  };
  if (keep.operatorKey !== kept.operatorKey || keep.sealingKeys !== kept.sealingKeys)
    writePrivateJson(dataDir.keys, keep);
  return {
    operatorKey: settings.operatorKey ?? String(keep.operatorKey),
    sealingKeys: settings.sealingKeys ?? String(keep.sealingKeys),
    operatorKeyIsNew: settings.operatorKey === undefined && kept.operatorKey === undefined,
  };
}
