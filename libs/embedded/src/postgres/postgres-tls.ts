import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerUser } from '../server-user.ts';

/** PEM. */
export interface PostgresTls {
  readonly key: string;
  readonly cert: string;
  /** Authorities of clients' certificates; with them a client that has another one, or none, is refused. */
  readonly clientCa?: string;
}

/** Writes the files that a server with TLS needs into its cluster, and gives the settings that name them. */
export function postgresTlsSettings(
  { key, cert, clientCa }: PostgresTls,
  cluster: string,
  user: ServerUser | undefined,
): Record<string, string> {
  const write = (name: string, text: string): string => {
    const file = join(cluster, name);
    // PostgreSQL takes no key that others may read.
    writeFileSync(file, text, { mode: 0o600 });
    if (user !== undefined) chownSync(file, user.uid, user.gid);
    return file;
  };
  const options = clientCa === undefined ? '' : ' clientcert=verify-ca';
  return {
    ssl: 'on',
    ssl_key_file: write('tls.key', key),
    ssl_cert_file: write('tls.crt', cert),
    hba_file: write('tls_hba.conf', `hostssl all all 127.0.0.1/32 scram-sha-256${options}\n`),
    ...(clientCa !== undefined && {
      // The launcher shows the server's own certificate when it looks whether the server is ready.
      ssl_ca_file: write('clients.crt', clientCa + cert),
    }),
  };
}
