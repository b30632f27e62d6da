/** Messages from the gateway's process to the launcher. */
export interface FromGateway {
  readonly kind: 'listening';
}
