import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerUser } from '../server-user.ts';

export interface PostgresListen {
  /** An address of this machine; 127.0.0.1 is listened on, too. */
  readonly address: string;
  /** The network whose clients may connect there with the password, such as 10.36.0.0/30. */
  readonly clients: string;
}

/** Writes the list of allowed clients into the cluster, and returns the settings of a server that listens on one more address. */
export function postgresListenSettings(
  { address, clients }: PostgresListen,
  cluster: string,
  user: ServerUser | undefined,
): Record<string, string> {
  const file = join(cluster, 'listen_hba.conf');
  const allowed = ['127.0.0.1/32', clients].map((network) => `host all all ${network} scram-sha-256\n`);
  writeFileSync(file, allowed.join(''), { mode: 0o600 });
  if (user !== undefined) chownSync(file, user.uid, user.gid);
  return { listen_addresses: `127.0.0.1,${address}`, hba_file: file };
}
