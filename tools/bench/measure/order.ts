import type { ArrivalColumns } from '../receiver/arrivals.ts';

/** Whether the messages of each subject came in the order in which they were sent. */
export interface Order {
  /** Neighbours within a subject that both came: as many chances there were to come in the wrong order. */
  readonly pairs: number;
  /** Messages that came for the first time after a later one of their subject had come. */
  readonly outOfOrder: number;
}

/**
 * Compares the first arrivals. The receiver lists the messages of a path in the order of their first arrival, so two of one
 * microsecond have an order, too. The ledger counts messages that never came.
 *
 * @param sent the ids of each subject's messages, in the order in which they were sent
 */
export function orderOf(sent: readonly (readonly string[])[], arrivals: ArrivalColumns | undefined): Order {
  const places = new Map(arrivals?.ids.map((id, place) => [id, place]));
  let [pairs, outOfOrder] = [0, 0];
  for (const ids of sent) {
    const came = ids.flatMap((id) => places.get(id) ?? []);
    pairs += Math.max(0, came.length - 1);
    let firstOfLater = Number.POSITIVE_INFINITY;
    for (const place of came.toReversed()) {
      if (place > firstOfLater) outOfOrder += 1;
      firstOfLater = Math.min(firstOfLater, place);
    }
  }
  return { pairs, outOfOrder };
}
