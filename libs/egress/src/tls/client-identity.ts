import { createSecureContext } from 'node:tls';
import type { SecureContext, SecureContextOptions } from 'node:tls';

let last = 0;

/**
 * A client certificate and its key, for receivers that authenticate their callers (mutual TLS). They are in private fields, so
 * that neither a log nor a JSON shows the key. Each object is an identity of its own, whatever its content: a connection that was
 * opened with one is never used for another one, nor for requests without an identity.
 */
export class ClientIdentity {
  /** Unique in this process. */
  readonly serial = ++last;
  readonly #certificate: string;
  readonly #key: string;

  /** Both as PEM: the certificate, followed by the intermediate ones up to its root, and the key unencrypted. */
  constructor(certificate: string, key: string) {
    this.#certificate = certificate;
    this.#key = key;
  }

  /** @throws if OpenSSL finds certificate or key invalid, not belonging together, or too weak */
  secureContext(options: SecureContextOptions): SecureContext {
    return createSecureContext({ ...options, cert: this.#certificate, key: this.#key });
  }
}
