import type { SecureContext } from 'node:tls';
import type { EgressRules } from '../address/rules.ts';

/** One origin at one of its addresses: everything a connection to it has to know. */
export interface Endpoint {
  /** `https://example.com:8443`; what undici writes into the Host header. */
  readonly origin: string;
  readonly secure: boolean;
  /** The pinned address. It is connected to whatever the name resolves to by now. */
  readonly address: string;
  readonly port: number;
  /** Name for SNI and for the certificate: the URL's host. */
  readonly host: string;
  readonly rules: EgressRules;
  readonly secureContext: SecureContext;
  /** Last TLS session of a verified connection, so that the next one need not shake hands in full. */
  session: Buffer | undefined;
}
