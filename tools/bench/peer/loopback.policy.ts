/** Whether a URL names an address of the loopback, which only this machine can be. Names other than `localhost` are not resolved. */
export function isOnThisMachine({ hostname }: URL): boolean {
  // URL has already written all forms of an IPv4 address as four numbers.
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
