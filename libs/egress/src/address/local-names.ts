/**
 * Ends of names that only a cluster or a local network resolves: for such use (RFC 6761, 6762, 7686, 8375, 9476), never
 * delegated because of it (ICANN's "internal", "home", "corp" and "mail"), or a habit of Kubernetes, Consul, Docker and
 * routers. None of them is a top-level domain of the public DNS.
 */
const LOCAL_ENDS = [
  ...['local', 'localdomain', 'localhost', 'internal', 'intranet', 'private', 'arpa', 'onion', 'alt'],
  ...['lan', 'home', 'corp', 'mail', 'workgroup', 'router', 'consul', 'docker'],
  // What the search list of a pod makes of a short name: <service>.<namespace>, <service>.<namespace>.svc
  ...['svc', 'pod', 'cluster', 'default'],
] as const;
const LOCAL_END: ReadonlySet<string> = new Set(LOCAL_ENDS);
/** Top-level domains of the public DNS are letters only, or an IDN (RFC 3696, 2): `a.kube-system` is not one. */
const PUBLIC_END = /^(?:[a-z]{2,}|xn--[a-z0-9-]+)$/;

/**
 * Whether a host name is one that the public DNS does not know, as far as the name says.
 *
 * A heuristic for a helpful refusal at registration, not a guard: a private name that this takes for a public one is
 * registered, and refused when its address is looked up.
 */
export function isLocalName(host: string): boolean {
  const labels = host.split('.');
  const end = labels.at(-1) ?? '';
  return labels.length < 2 || LOCAL_END.has(end) || !PUBLIC_END.test(end);
}
