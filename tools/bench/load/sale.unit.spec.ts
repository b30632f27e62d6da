import { expect, test } from '@jest/globals';
import { binary, SaleMaker, structured } from './sale.ts';

const sales = new SaleMaker({ saleId: 's-1', total: 10 }, true);

test('a sale is the example, filled up where the schema lets more through', () => {
  expect(sales.bytes).toBeGreaterThanOrEqual(425);
  expect(sales.bytes).toBeLessThanOrEqual(440);
  expect(sales.make().data).toMatchObject({ saleId: 's-1', total: 10, sentAt: expect.any(Number) });
});

test('a sale can be made larger, and smaller again', () => {
  const large = sales.ofBytes(8_000);
  expect(Math.abs(large.bytes - 8_000)).toBeLessThan(10);
  expect(Math.abs(large.ofBytes(500).bytes - 500)).toBeLessThan(10);
  expect(large.make().data).toMatchObject({ saleId: 's-1', total: 10 });
});

test('a sale is the example as it is where the schema is closed', () => {
  expect(new SaleMaker({ saleId: 's-1' }, false).make().data).toEqual({ saleId: 's-1' });
});

test('a sale is the same message in both modes of CloudEvents', () => {
  const sale = sales.make();
  const { headers, value } = binary(sale, 't-1');
  const event = structured(sale, 't-1');
  expect(JSON.parse(value)).toEqual(event['data']);
  expect(headers['ce_subject']).toBe(event['subject']);
  expect(headers).toMatchObject({ ce_id: event['id'], ce_type: event['type'], ce_tenantid: 't-1', ce_time: sale.time });
});

test('a sale has a subject of its own, or the one that it is given, whose messages share a partition', () => {
  expect(sales.make().subject).not.toBe(sales.make().subject);
  const sale = sales.make('till-1');
  expect(binary(sale, 't-1')).toMatchObject({ key: 'till-1', headers: { ce_subject: 'till-1' } });
});
