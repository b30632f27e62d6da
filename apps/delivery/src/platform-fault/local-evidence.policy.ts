import type { EgressCause } from '@signet/egress';
import type { Step, TransportFailure } from './seen-attempt.ts';

/** The kind of evidence that the platform is at fault: a label of the metric. */
export type Evidence =
  'file_handles' | 'ports' | 'memory' | 'route' | 'firewall' | 'resolver' | 'trust_store' | 'most_hosts' | 'canary';

/**
 * How much an error proves by itself:
 *
 * | proof                | meaning                                                                                    |
 * |----------------------|--------------------------------------------------------------------------------------------|
 * | `sure`               | only our own machine gives this error                                                      |
 * | `unless_others_pass` | our machine gives it, and so may the receiver's network or name server: it is the receiver's as soon as other hosts pass the same step afterwards |
 * | `without_trust`      | it is ours only where the certificates that we trust could not be loaded                   |
 */
export type Proof = 'sure' | 'unless_others_pass' | 'without_trust';

interface LocalError {
  readonly step: Step | 'any';
  /** Error codes; null stands for a time-out. */
  readonly codes: readonly (string | null)[];
  readonly evidence: Evidence;
  readonly proof: Proof;
  /** Why it is evidence, and what is wrong if it is not. */
  readonly reason: string;
}

/** Errors that point at our own machine. The first row that matches an error counts. */
export const LOCAL_ERRORS: readonly LocalError[] = [
  {
    step: 'any',
    codes: ['EMFILE', 'ENFILE'],
    evidence: 'file_handles',
    proof: 'sure',
    reason: 'The process, or the machine, may open no more files: no packet was sent.',
  },
  {
    step: 'any',
    codes: ['ENOBUFS', 'ENOMEM', 'EAI_MEMORY'],
    evidence: 'memory',
    proof: 'sure',
    reason: 'The kernel has no memory for a connection or its buffers: no packet was sent.',
  },
  {
    step: 'connect',
    codes: ['EADDRNOTAVAIL', 'EADDRINUSE'],
    evidence: 'ports',
    proof: 'sure',
    reason: 'No local port, or no local address, is left to connect from.',
  },
  {
    step: 'connect',
    codes: ['EINVAL', 'ENETDOWN', 'ENODEV'],
    evidence: 'route',
    proof: 'sure',
    reason: 'Linux says EINVAL where the route is a blackhole, and the others where the interface is down or gone.',
  },
  {
    step: 'connect',
    codes: ['EACCES', 'EPERM'],
    evidence: 'firewall',
    proof: 'sure',
    reason: 'Only our own machine forbids a connection this way: by a route that prohibits it, or by its firewall.',
  },
  {
    step: 'connect',
    codes: ['ENETUNREACH', 'EHOSTUNREACH'],
    evidence: 'route',
    proof: 'unless_others_pass',
    reason:
      'Our machine has no route, or its gateway does not answer. A router near the receiver may say the same by ICMP.',
  },
  {
    step: 'resolve',
    codes: ['EAI_AGAIN', 'EAI_FAIL', 'EAI_SYSTEM', 'ETIMEOUT', 'ETIMEDOUT', 'ECONNREFUSED', null],
    evidence: 'resolver',
    proof: 'unless_others_pass',
    reason:
      'Our resolver did not answer, or could not. A name whose own servers do not answer looks the same; ENOTFOUND does not: that is an answer.',
  },
  {
    step: 'secure',
    codes: [
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ],
    evidence: 'trust_store',
    proof: 'without_trust',
    reason:
      'We do not know who issued the certificate. A receiver with a certificate of its own making is the usual cause, so it is ours only where our certificates could not be loaded.',
  },
];

export interface LocalEvidence {
  readonly evidence: Evidence;
  readonly proof: Exclude<Proof, 'without_trust'>;
}

/**
 * Judges whether a failure points at our own machine. The errors of all addresses that were tried must do so: if the
 * receiver's network refused one address, that is evidence about the receiver. An IPv6 address without a route is ignored,
 * because a machine without IPv6 never has one.
 *
 * @param isTrustLoaded whether the certificates that we trust could be loaded
 */
export function localEvidence({ causes, step }: TransportFailure, isTrustLoaded: boolean): LocalEvidence | null {
  const telling = causes.filter((cause) => !isMissingIpv6(cause));
  const found = telling.map((cause) => evidenceOf(cause, step, isTrustLoaded));
  const [first] = found;
  if (!first || found.includes(null)) return null;
  return found.find((one) => one?.proof === 'unless_others_pass') ?? first;
}

function evidenceOf({ code }: EgressCause, step: Step, isTrustLoaded: boolean): LocalEvidence | null {
  const row = LOCAL_ERRORS.find((one) => (one.step === 'any' || one.step === step) && one.codes.includes(code));
  if (!row) return null;
  const { evidence, proof } = row;
  if (proof !== 'without_trust') return { evidence, proof };
  return isTrustLoaded ? null : { evidence, proof: 'sure' };
}

const NO_ROUTE: ReadonlySet<string | null> = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EINVAL']);
const isMissingIpv6 = ({ address, code }: EgressCause): boolean =>
  address?.includes(':') === true && NO_ROUTE.has(code);
