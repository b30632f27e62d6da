import { EgressRules } from '@signet/egress';

/** Where the bundled receiver listens. */
const RECEIVER_HOST = '127.0.0.1';

/** Why there can be no bundled receiver: a sentence; undefined where there can. @param egressAllow CIDRs between commas */
export function reasonAgainstDemo(egressAllow: string): string | undefined {
  const allow = egressAllow
    .split(',')
    .map((cidr) => cidr.trim())
    .filter((cidr) => cidr !== '');
  if (new EgressRules({ allow }).isAllowed(RECEIVER_HOST)) return undefined;
  return (
    `No bundled receiver and no first event: SIGNET_EGRESS_ALLOW is "${egressAllow}", so that deliveries may not go to ${RECEIVER_HOST}, ` +
    'where the receiver would listen. Leave the setting out, or add 127.0.0.0/8 to it, to get them.'
  );
}

/** How the first delivery of a start is made. */
export type FirstDelivery = 'event' | 'test delivery';

/**
 * An event goes to every webhook of the tenant that is subscribed to it. Where the tenant has other webhooks than the bundled
 * receiver's, a test delivery shows that Signet works and sends nothing to the others.
 */
export const firstDelivery = (ownId: string, webhookIds: readonly string[]): FirstDelivery =>
  webhookIds.every((id) => id === ownId) ? 'event' : 'test delivery';
