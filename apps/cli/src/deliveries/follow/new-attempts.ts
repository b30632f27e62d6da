import { answerOf } from '../../api/client.ts';
import type { Attempt } from '../../api/openapi.gen.ts';
import { ApiProblem } from '../../api/problem.ts';
import { attemptsOf } from './seen-deliveries.ts';
import type { Change } from './seen-deliveries.ts';
import { waitOut } from './wait-out.ts';
import type { Asking } from './wait-out.ts';

/**
 * The new attempts of a change, oldest first, with request and response. It tries again while Signet does not answer, or answers 429 or 5xx,
 * and returns none if it is stopped meanwhile, or if the delivery has been deleted.
 *
 * The change comes from a list that was read earlier. If the delivery has got further attempts since, they are left out here: the next list
 * reports them as another change.
 */
export async function newAttempts(
  asking: Asking,
  { delivery, count }: Extract<Change, { kind: 'attempts' }>,
): Promise<readonly Attempt[]> {
  const last = attemptsOf(delivery);
  do {
    try {
      const call = asking.api.GET('/v1/deliveries/{id}/attempts', { params: { path: { id: delivery.id } } });
      const { data } = await answerOf(call);
      return data.filter(({ attempt }) => attempt > last - count && attempt <= last);
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 404) return [];
      await waitOut(error, asking);
    }
  } while (!asking.stopped.aborted);
  return [];
}
