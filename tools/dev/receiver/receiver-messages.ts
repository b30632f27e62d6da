/** Message from the supervisor to the bundled receiver: the secrets that may have signed a delivery. */
export interface ToReceiver {
  readonly secrets: readonly string[];
}

/** Messages from the receiver to the supervisor. `eventId` is the header `webhook-id`. */
export type FromReceiver =
  | { readonly kind: 'listening' }
  | {
      readonly kind: 'delivery';
      readonly eventId: string;
      readonly eventType: string | undefined;
      readonly bytes: number;
      /** undefined: the signature is right. */
      readonly refusedBecause: string | undefined;
    };
