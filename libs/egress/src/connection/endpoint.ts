import type { SecureContext } from 'node:tls';
import type { EgressRules } from '../address/rules.ts';

/** One origin at one of its addresses: the facts that a connection to it needs. */
export interface Endpoint {
  /** `https://example.com:8443`; undici makes the Host header from it. */
  readonly origin: string;
  readonly secure: boolean;
  /** The pinned address. Connections go to it even if the name resolves to another address by now. */
  readonly address: string;
  readonly port: number;
  /** Name for SNI and for the certificate: the URL's host. */
  readonly host: string;
  readonly rules: EgressRules;
  readonly secureContext: SecureContext;
  /** The last TLS session of a verified connection, so that the next connection needs no full handshake. */
  session: Buffer | undefined;
}
