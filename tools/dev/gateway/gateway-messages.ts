/** What the gateway's process tells the launcher. */
export interface FromGateway {
  readonly kind: 'listening';
}
