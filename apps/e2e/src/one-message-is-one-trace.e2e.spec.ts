import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RecordProducer } from '@signet/kafka';
import { OtlpCollector, RecordingReceiver, waitFor } from '@signet/testing';
import type { ExportedSpan, ReceivedRequest } from '@signet/testing';
import { Api, saleCreated } from './support/api.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

/** A producer's span, sampled or not. */
const producersSpan = (flags = '01') => {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
};

const STOPS = ['create delivery.requests.v1', 'attempt', 'POST', 'record'];

let signet: Signet;
let local: LocalFile;
let collector: OtlpCollector;
let receiver: RecordingReceiver;
let kafka: RecordProducer;
let webhookId: string;
const overHttp = producersSpan();
const overKafka = producersSpan();
const unsampled = producersSpan('00');

beforeAll(async () => {
  const respond = ({ body, headers }: ReceivedRequest) => ({
    status: body.includes('"kafka-1"') && headers['signet-attempt'] === '1' ? 503 : 200,
  });
  [collector, receiver] = await Promise.all([OtlpCollector.start(), RecordingReceiver.start({ respond })]);
  signet = await Signet.start({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=e2e',
    SIGNET_RETRY_SCHEDULE: '1s',
  });
  local = await signet.local();
  ({ id: webhookId } = await Api.tenant(local).register(`${receiver.url}/hook?token=hush`));
  kafka = new RecordProducer({ client: { brokers: local.kafkaBrokers.split(','), clientId: 'e2e' }, name: 'e2e' });
  await kafka.connect();
});
afterAll(async () => {
  await kafka?.close();
  await Promise.all([signet?.stopAndForget(), receiver?.close(), collector?.close()]);
});

function sendOverHttp(saleId: string, traceparent: string): Promise<Response> {
  return fetch(`${local.url}/v1/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${local.producerKey}`,
      'content-type': 'application/cloudevents+json',
      traceparent,
    },
    body: JSON.stringify(saleCreated(local.tenantId, saleId)),
  });
}

function sendOverKafka(saleId: string, traceparent: string): Promise<void> {
  const value = JSON.stringify(saleCreated(local.tenantId, saleId));
  return kafka.publish('shop.sale', {
    key: saleId,
    value,
    headers: { 'content-type': 'application/cloudevents+json', traceparent },
  });
}

/** The spans of a trace, without those of the webhook that `npm start` makes. */
const spansOf = (trace: string): ExportedSpan[] =>
  collector.spans.filter(
    ({ traceId, attributes: { 'signet.webhook.id': id } }) =>
      traceId === trace && (id === undefined || id === webhookId),
  );
/** Waits until a trace has spans with all of these names; resolves to them by name. */
const traceOf = (traceId: string, names: readonly string[]): Promise<ReadonlyMap<string, ExportedSpan>> =>
  waitFor(
    () => {
      const spans = new Map(spansOf(traceId).map((span) => [span.name, span]));
      return names.every((name) => spans.has(name)) && spans;
    },
    { what: `${names.join(', ')} of trace ${traceId}` },
  );
/** Whole milliseconds, since the SDK measures the start of a span in whole milliseconds. */
const ms = (nanoseconds: bigint): number => Math.floor(Number(nanoseconds) / 1e6);
const placeOf = ({ traceId, spanId }: { traceId: string; spanId: string }) => ({ traceId, spanId });
const spansNamed = (name: string): ExportedSpan[] => collector.spans.filter((span) => span.name === name);
/** Waits for the span of the batch that this span links to. */
const batchOf = (span: ExportedSpan, name: string): Promise<ExportedSpan> =>
  waitFor(() => spansNamed(name).find(({ spanId }) => span.links.some((link) => link.spanId === spanId)), {
    what: `the ${name} of ${span.name}`,
  });

describe('a message that came over HTTP', () => {
  let trace: ReadonlyMap<string, ExportedSpan>;
  const span = (name: string): ExportedSpan => trace.get(name)!;
  beforeAll(async () => {
    expect((await sendOverHttp('http-1', overHttp.traceparent)).status).toBe(202);
    trace = await traceOf(overHttp.traceId, ['POST /v1/events', 'send ingestion.sale.v1', ...STOPS]);
  });

  test('is one trace from the producer to the recording', () => {
    const chain = ['POST /v1/events', 'create ingestion.sale.v1', ...STOPS.slice(0, 3)].map(span);
    expect(chain.map(({ parentSpanId }) => parentSpanId)).toEqual([
      overHttp.spanId,
      ...chain.slice(0, -1).map(({ spanId }) => spanId),
    ]);
    expect(span('record').parentSpanId).toBe(span('attempt').spanId);
    expect(span('send ingestion.sale.v1').parentSpanId).toBe(span('POST /v1/events').spanId);
    expect(ms(span('record').startedAt)).toBeGreaterThanOrEqual(ms(span('POST').endedAt) - 1);
    expect(ms(span('attempt').endedAt)).toBeGreaterThanOrEqual(ms(span('record').endedAt) - 1);
  });

  test('each span describes its step by the semantic conventions', async () => {
    const [request] = receiver.requests.filter(({ body }) => body.includes('"http-1"'));
    const delivery = {
      'signet.tenant.id': local.tenantId,
      'signet.webhook.id': webhookId,
      'signet.delivery.id': request?.headers['signet-delivery-id'],
    };
    expect(trace.size).toBe(7);
    expect([...trace.values()].map(({ name, kind, service }) => [name, kind, service])).toEqual(
      expect.arrayContaining([
        ['POST', 'client', 'signet-delivery'],
        ['POST /v1/events', 'server', 'signet-ingestion'],
        ['attempt', 'internal', 'signet-delivery'],
        ['create delivery.requests.v1', 'producer', 'signet-delivery'],
        ['create ingestion.sale.v1', 'producer', 'signet-ingestion'],
        ['record', 'internal', 'signet-delivery'],
        ['send ingestion.sale.v1', 'client', 'signet-ingestion'],
      ]),
    );
    expect(span('POST /v1/events').attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/v1/events',
      'http.response.status_code': 202,
    });
    expect(span('create ingestion.sale.v1').attributes).toMatchObject({
      'messaging.system': 'kafka',
      'messaging.operation.type': 'create',
      'messaging.destination.name': 'ingestion.sale.v1',
      'signet.tenant.id': local.tenantId,
      'signet.event.type': 'sale.created',
    });
    expect(span('attempt').attributes).toMatchObject({
      ...delivery,
      'signet.message.id': span('create ingestion.sale.v1').attributes['signet.message.id'],
      'signet.event.id': request?.headers['webhook-id'],
      'signet.attempt.number': 1,
      'signet.attempt.outcome': 'succeeded',
    });
    expect(span('POST').attributes).toMatchObject({
      ...delivery,
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': receiver.port,
      'url.full': `${receiver.url}/hook?REDACTED`,
    });
    expect(span('POST').resource).toMatchObject({
      'service.namespace': 'signet',
      'signet.installation': local.installation,
      'deployment.environment.name': 'e2e',
    });
  });

  test('has links to the batches that it was part of, and they to it', async () => {
    const fannedOut = await batchOf(span('create delivery.requests.v1'), 'process ingestion.sale.v1');
    expect(fannedOut.links).toContainEqual(placeOf(span('create ingestion.sale.v1')));
    expect(fannedOut.kind).toBe('consumer');
    expect(fannedOut.attributes).toMatchObject({
      'messaging.operation.type': 'process',
      'messaging.batch.message_count': expect.any(Number),
    });
    const dispatched = await batchOf(span('attempt'), 'process delivery.requests.v1');
    expect(dispatched.links).toContainEqual(placeOf(span('create delivery.requests.v1')));
    const stored = await waitFor(
      () =>
        spansNamed('INSERT delivery_log').find(({ links }) =>
          links.some(({ spanId }) => spanId === span('record').spanId),
        ),
      { what: 'the statement that recorded it' },
    );
    expect(stored.attributes).toMatchObject({ 'db.system.name': 'postgresql', 'db.operation.name': 'INSERT' });
    for (const batch of [fannedOut, dispatched, stored]) expect(batch.parentSpanId).toBe('');
  });

  test('goes to its receiver with the trace of the producer, as without tracing', () => {
    const requests = receiver.requests.filter(({ body }) => body.includes('"http-1"'));
    expect(requests.map(({ headers }) => headers['traceparent'])).toEqual([overHttp.traceparent]);
  });
});

describe('a message that came through Kafka, and whose first attempt fails', () => {
  let trace: ReadonlyMap<string, ExportedSpan>;
  const span = (name: string): ExportedSpan => trace.get(name)!;
  beforeAll(async () => {
    await sendOverKafka('kafka-1', overKafka.traceparent);
    trace = await traceOf(overKafka.traceId, STOPS);
  });

  test('is one trace from the producer on, linked with the batch that was read', async () => {
    const created = span('create ingestion.sale.v1');
    expect(created.parentSpanId).toBe(overKafka.spanId);
    const read = await batchOf(created, 'process shop.sale');
    expect(read.links).toContainEqual(placeOf(overKafka));
    const sent = await waitFor(
      () => spansNamed('send ingestion.sale.v1').find(({ traceId }) => traceId === read.traceId),
      {
        what: 'the sending of the batch',
      },
    );
    expect(sent).toMatchObject({ parentSpanId: read.spanId, links: [placeOf(created)] });
  });

  test('its first attempt says why it failed', () => {
    expect(span('POST')).toMatchObject({
      isError: true,
      attributes: { 'http.response.status_code': 503, 'error.type': '503' },
    });
    expect(span('attempt')).toMatchObject({
      isError: true,
      attributes: { 'error.type': 'throttled', 'signet.attempt.outcome': 'failed', 'signet.attempt.fault': 'receiver' },
    });
  });

  test('its second attempt is a trace of its own, linked to the first', async () => {
    const deliveryId = span('attempt').attributes['signet.delivery.id'];
    const second = await waitFor(
      () =>
        spansNamed('attempt').find(
          ({ attributes }) =>
            attributes['signet.delivery.id'] === deliveryId && attributes['signet.attempt.number'] === 2,
        ),
      { what: 'the second attempt' },
    );
    expect(second).toMatchObject({ parentSpanId: '', isError: false });
    expect(second.traceId).not.toBe(overKafka.traceId);
    expect(second.links).toContainEqual(placeOf(span('create delivery.requests.v1')));
    const { attributes, parentSpanId } = (await traceOf(second.traceId, ['POST', 'record'])).get('POST')!;
    expect(parentSpanId).toBe(second.spanId);
    expect(attributes).toMatchObject({ 'http.request.resend_count': 1, 'http.response.status_code': 200 });
  });
});

test('a message that its producer has not sampled leaves no span, wherever it goes', async () => {
  await sendOverKafka('unsampled-1', unsampled.traceparent);
  await waitFor(() => receiver.requests.some(({ body }) => body.includes('"unsampled-1"')), { what: 'its delivery' });
  const later = producersSpan();
  await sendOverKafka('sampled-2', later.traceparent);
  await traceOf(later.traceId, STOPS);
  expect(spansOf(unsampled.traceId)).toEqual([]);
  const about = JSON.stringify(collector.spans.map(({ attributes, links }) => ({ attributes, links })));
  expect(about).not.toContain(unsampled.spanId);
  expect(about).not.toContain('unsampled-1');
});

test('no span holds a credential', () => {
  const secrets = ['hush', local.producerKey, local.tenantKey, local.operatorKey];
  const told = Buffer.concat(collector.requests.map(({ body }) => body)).toString('latin1');
  for (const secret of secrets) expect(told).not.toContain(secret);
});

test('a collector that does not answer delays no delivery and no stop, and is reported', async () => {
  collector.isHanging = true;
  const count = 40;
  for (let n = 0; n < count; n += 1) await sendOverHttp(`dead-${n}`, producersSpan().traceparent);
  await waitFor(() => receiver.requests.filter(({ body }) => body.includes('"dead-')).length === count, {
    what: 'the deliveries',
  });
  const { managementPort } = local.services.delivery;
  await waitFor(
    async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${managementPort}/metrics`)).text();
      return /^signet_trace_spans_total\{outcome="failed"\} [1-9]/m.test(metrics);
    },
    { what: 'the failed exports to be counted' },
  );
  await signet.stop();
  const log = await readFile(join(signet.dataDir, 'logs/delivery.log'), 'utf8');
  expect(log).toContain('traces cannot be exported; deliveries go on without them');
  expect(log).toContain('delivery has stopped');
});
