export { CidrFormatError } from './address/cidr.ts';
export { checkClientCertificate } from './tls/client-certificate.ts';
export type { CertificateFacts, ClientCertificateCheck, ClientCertificateRule } from './tls/client-certificate.ts';
export { ClientIdentity } from './tls/client-identity.ts';
export { EgressClient, EgressClosedError, EgressWithheldError } from './egress-client.ts';
export type { EgressClientOptions } from './egress-client.ts';
export { checkHeader, reservedHeader } from './headers.ts';
export type { HeaderCheck, HeaderRule } from './headers.ts';
export type { Resolve, ResolvedAddress } from './address/lookups.ts';
export type {
  EgressCause,
  EgressFailure,
  EgressRequest,
  EgressResponse,
  EgressResult,
  EgressTimings,
} from './result.ts';
export { EgressRules } from './address/rules.ts';
export type { EgressRulesOptions } from './address/rules.ts';
export { trustStoreFault } from './tls/trust-store.ts';
export { checkUrl, MAX_URL_LENGTH } from './address/url.ts';
export type { UrlCheck, UrlRule } from './address/url.ts';
