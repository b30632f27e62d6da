import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ClientIdentity } from './client-identity.ts';

/** The certificate itself and the intermediate certificates up to its root. */
const MAX_CERTIFICATES = 5;
const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

export type ClientCertificateRule = 'certificate' | 'too_many' | 'expired' | 'key' | 'mismatch' | 'weak';

/** The facts about a client certificate that may be shown. */
export interface CertificateFacts {
  /** Its names, most general first: `C=BE, O=Shop, CN=signet`. */
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256 of the certificate, upper-case hex in pairs with colons, as openssl prints it. */
  readonly fingerprint: string;
  /** RFC 3339, UTC. */
  readonly expiresAt: string;
}

export type ClientCertificateCheck =
  | { readonly ok: true; readonly certificate: string; readonly key: string; readonly facts: CertificateFacts }
  | {
      readonly ok: false;
      readonly part: 'certificate' | 'key';
      readonly rule: ClientCertificateRule;
      readonly detail: string;
    };

/**
 * Checks whether a certificate and a key (PEM) can be used with a receiver at `now`. Returns both in a normal form: the certificate
 * with its chain and without other text around it, the key as PKCS #8. No `detail` repeats any part of them.
 */
export function checkClientCertificate(given: { certificate: string; key: string }, now: Date): ClientCertificateCheck {
  const chain = certificatesIn(given.certificate);
  const [leaf] = chain ?? [];
  if (!chain || !leaf) return refused('certificate', 'certificate', 'It must be an X.509 certificate in PEM.');
  if (chain.length > MAX_CERTIFICATES) {
    return refused('certificate', 'too_many', `There are at most ${MAX_CERTIFICATES} certificates, its own first.`);
  }
  const expiresAt = new Date(leaf.validTo);
  if (expiresAt <= now) return refused('certificate', 'expired', 'The certificate has expired.');
  const key = keyIn(given.key);
  if (!key) return refused('key', 'key', 'It must be a private key in PEM without a passphrase.');
  if (!leaf.checkPrivateKey(key)) {
    return refused('key', 'mismatch', 'The key is not that of the certificate, which must be the first one.');
  }
  const certificate = chain.map((one) => one.toString()).join('');
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  if (!isUsable(certificate, pem)) return refused('certificate', 'weak', 'TLS refuses it; the key may be too short.');
  const facts = {
    subject: oneLine(leaf.subject),
    issuer: oneLine(leaf.issuer),
    fingerprint: leaf.fingerprint256,
    expiresAt: expiresAt.toISOString(),
  };
  return { ok: true, certificate, key: pem, facts };
}

function certificatesIn(pem: string): X509Certificate[] | undefined {
  try {
    return (pem.match(BLOCK) ?? []).map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

function keyIn(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    return undefined;
  }
}

function isUsable(certificate: string, key: string): boolean {
  try {
    new ClientIdentity(certificate, key).secureContext({});
    return true;
  } catch {
    return false;
  }
}

/** Node.js returns one attribute a line; a certificate may have none. */
const oneLine = (names: string | undefined): string => (names ?? '').split('\n').join(', ').slice(0, 500);

const refused = (part: 'certificate' | 'key', rule: ClientCertificateRule, detail: string): ClientCertificateCheck => ({
  ok: false,
  part,
  rule,
  detail,
});
