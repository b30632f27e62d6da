import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** The certificate is not for the host of the URL. The message does not name the certificate's owner, which a tenant must not learn. */
export class CertificateNameError extends Error {
  override readonly name = 'CertificateNameError';
  /** Node's own code for it. */
  readonly code = 'ERR_TLS_CERT_ALTNAME_INVALID';
}

/** The rules of today's browsers: `*.shop.example` matches one label; a wildcard within a label (`a*.shop.example`) matches nothing. */
const HOST_RULES = { subject: 'never', wildcards: true, partialWildcards: false, multiLabelWildcards: false } as const;

/**
 * Checks whether a certificate is for a host, by its subject alternative names only (RFC 9525); `undefined`: it is. Node.js'
 * `checkServerIdentity` would also accept a common name if there is no other name, and wildcards within a label.
 *
 * @param host a name without a final dot, or an IP address without brackets; an address must be named as an address
 */
export function certificateError(host: string, { raw }: { readonly raw: Buffer }): CertificateNameError | undefined {
  const certificate = new X509Certificate(raw);
  const matches = isIP(host) === 0 ? certificate.checkHost(host, HOST_RULES) : certificate.checkIP(host);
  if (matches !== undefined) return undefined;
  return new CertificateNameError(
    certificate.subjectAltName === undefined
      ? 'the certificate has no subject alternative name (SAN), and a common name (CN) alone does not count'
      : "the certificate's subject alternative names (SAN) do not have the host of the URL",
  );
}
