import { getCACertificates } from 'node:tls';

type Certificates = (kind: 'default' | 'extra') => readonly string[];

/**
 * Checks whether the authorities that verify receivers' certificates could be loaded; null: they could. Node.js only warns about a
 * file that it cannot read; then every receiver with a certificate of such an authority looks as if it had signed it itself.
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
