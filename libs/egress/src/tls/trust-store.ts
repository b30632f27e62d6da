import { getCACertificates } from 'node:tls';

type Certificates = (kind: 'default' | 'extra') => readonly string[];

/**
 * Whether the certificates that receivers' are judged by could be loaded; null: they could. Node only warns of a file that
 * it cannot read, and every receiver whose authority stood there then looks like one with a certificate of its own making.
 *
 * @returns a sentence for the operator
 */
export function trustStoreFault(
  env: Readonly<Record<string, string | undefined>> = process.env,
  certificates: Certificates = getCACertificates,
): string | null {
  if (certificates('default').length === 0)
    return 'No authority is trusted: the certificate bundle is empty or was not read.';
  const file = env['NODE_EXTRA_CA_CERTS'];
  if (!file || certificates('extra').length > 0) return null;
  return `NODE_EXTRA_CA_CERTS names ${file}, but no certificate could be read from it.`;
}
