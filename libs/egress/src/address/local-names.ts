/**
 * Last labels of names that only a cluster or a local network resolves. They are reserved for such use (RFC 6761, 6762, 7686,
 * 8375, 9476), or never delegated because of such use (ICANN's "internal", "home", "corp" and "mail"), or usual with Kubernetes,
 * Consul, Docker and routers. None of them is a top-level domain of the public DNS.
 */
const LOCAL_ENDS = [
  ...['local', 'localdomain', 'localhost', 'internal', 'intranet', 'private', 'arpa', 'onion', 'alt'],
  ...['lan', 'home', 'corp', 'mail', 'workgroup', 'router', 'consul', 'docker'],
  // Short names that the search list of a pod completes: <service>.<namespace>, <service>.<namespace>.svc
  ...['svc', 'pod', 'cluster', 'default'],
] as const;
const LOCAL_END: ReadonlySet<string> = new Set(LOCAL_ENDS);
/** Top-level domains of the public DNS are letters only, or an IDN (RFC 3696, 2): `a.kube-system` is not one. */
const PUBLIC_END = /^(?:[a-z]{2,}|xn--[a-z0-9-]+)$/;

/**
 * Judges from a host name alone whether the public DNS does not know it, so that registration can refuse it with a helpful
 * sentence. It is a heuristic and not the guard: if a private name looks like a public one, it is registered, and each delivery
 * is refused when the address is looked up.
 */
export function isLocalName(host: string): boolean {
  const labels = host.split('.');
  const end = labels.at(-1) ?? '';
  return labels.length < 2 || LOCAL_END.has(end) || !PUBLIC_END.test(end);
}
