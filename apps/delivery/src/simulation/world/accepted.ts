import type { DeliveryRequest } from '@signet/contracts';

/** A request that was accepted: it has to end. */
export interface Accepted {
  readonly request: DeliveryRequest;
  /** Where it lies on its partition. */
  readonly offset: number;
  /** Its webhook asks for order, and it has a subject. */
  readonly isOrdered: boolean;
}
