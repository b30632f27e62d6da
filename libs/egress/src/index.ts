export { CidrFormatError } from './cidr.ts';
export { checkClientCertificate } from './client-certificate.ts';
export type { CertificateFacts, ClientCertificateCheck, ClientCertificateRule } from './client-certificate.ts';
export { ClientIdentity } from './client-identity.ts';
export { EgressClient, EgressClosedError, EgressWithheldError } from './egress-client.ts';
export type { EgressClientOptions } from './egress-client.ts';
export { checkHeader, isCredentialHeader, MASKED, reservedHeader } from './headers.ts';
export type { HeaderCheck, HeaderRule } from './headers.ts';
export type { Resolve, ResolvedAddress } from './lookups.ts';
export type {
  EgressCause,
  EgressFailure,
  EgressRequest,
  EgressResponse,
  EgressResult,
  EgressTimings,
} from './result.ts';
export { EgressRules } from './rules.ts';
export type { EgressRulesOptions } from './rules.ts';
export { trustStoreFault } from './trust-store.ts';
export { checkUrl, MAX_URL_LENGTH } from './url.ts';
export type { UrlCheck, UrlRule } from './url.ts';
