export interface Phase {
  readonly id: 'dns' | 'connect' | 'tls' | 'wait' | 'body';
  readonly name: string;
  readonly ms: number;
}

/**
 * The phases of a request, one after the other. The API measures the time to the first byte from the start of the
 * request. A phase that did not happen (on a connection that was open already, for example) is null.
 */
export function phasesOf(timings: Readonly<Record<string, number | null>>): readonly Phase[] {
  const at = (name: string): number => timings[name] ?? 0;
  const [dns, connect, tls] = [at('dnsMs'), at('connectMs'), at('tlsMs')];
  const first = timings['firstByteMs'] ?? null;
  const total = at('totalMs');
  const wait = first === null ? total - dns - connect - tls : first - dns - connect - tls;
  const phases: Phase[] = [
    { id: 'dns', name: 'DNS', ms: dns },
    { id: 'connect', name: 'Connect', ms: connect },
    { id: 'tls', name: 'TLS', ms: tls },
    { id: 'wait', name: first === null ? 'No answer' : 'Waiting', ms: wait },
    { id: 'body', name: 'Body', ms: first === null ? 0 : total - first },
  ];
  return phases.filter(({ ms }) => ms > 0);
}
