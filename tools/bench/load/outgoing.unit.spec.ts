import { describe, expect, test } from '@jest/globals';
import { inParallel, Outgoing } from './outgoing.ts';
import { eventIdOfSale, SaleMaker } from './sale.ts';

const sales = new SaleMaker({ saleId: 's-1', total: 10 }, true);

describe('the messages of a scenario', () => {
  test('each is accepted when the producer says so and refused otherwise, without an end to the scenario', async () => {
    const outgoing = new Outgoing();
    const [good, bad] = [sales.make(), sales.make()];
    await outgoing.send({ send: () => Promise.resolve() }, [good], 1_000);
    await outgoing.send({ send: () => Promise.reject(new Error('429')) }, [bad]);
    expect(outgoing.accepted).toBe(1);
    expect(outgoing.firstError).toBe('429');
    expect(outgoing.messages[0]).toMatchObject({
      id: eventIdOfSale(good),
      intendedAt: 1_000,
      acceptedAt: expect.any(Number),
    });
    expect(outgoing.messages[1]).toMatchObject({ id: eventIdOfSale(bad), acceptedAt: undefined });
  });

  test('a closed loop has no more than the given number of batches on their way', async () => {
    let [now, most, done] = [0, 0, 0];
    await inParallel(3, 20, async () => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
      done++;
    });
    expect([most, done]).toEqual([3, 20]);
  });
});
