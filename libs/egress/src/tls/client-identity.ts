import { createSecureContext } from 'node:tls';
import type { SecureContext, SecureContextOptions } from 'node:tls';

let last = 0;

/**
 * A client certificate and its key, for receivers that want to know who calls (mutual TLS). They lie in private fields,
 * so that neither a log nor a JSON shows the key. Each object is an identity of its own, whatever is in it: a connection
 * that was opened with one is never used for another, nor for requests without any.
 */
export class ClientIdentity {
  /** Tells it from every other one of this process. */
  readonly serial = ++last;
  readonly #certificate: string;
  readonly #key: string;

  /** Both as PEM: the certificate with those that lead to its root behind it, and the key unencrypted. */
  constructor(certificate: string, key: string) {
    this.#certificate = certificate;
    this.#key = key;
  }

  /** @throws where OpenSSL takes certificate or key for none, for not belonging together, or for too weak */
  secureContext(options: SecureContextOptions): SecureContext {
    return createSecureContext({ ...options, cert: this.#certificate, key: this.#key });
  }
}
