import type { LocalFile } from './installation/signet.ts';

export interface Webhook {
  readonly id: string;
  readonly secret: string;
  readonly isActive: boolean;
  readonly consecutiveFailures: number;
  readonly [field: string]: unknown;
}

export interface Delivery {
  readonly id: string;
  readonly webhookId: string;
  readonly status: 'PENDING' | 'RETRYING' | 'SUCCESS' | 'FAILED';
  readonly attemptCount: number;
  readonly unspentAttempts: number;
  readonly endReason: string | null;
  readonly [field: string]: unknown;
}

export interface Attempt {
  readonly attempt: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly request: { method: string; url: string; headers: Record<string, string>; body: string };
  readonly response: { statusCode: number; headers: Record<string, string>; body: string } | null;
  readonly [field: string]: unknown;
}

/** The result for one event; `eventId` is the webhook-id that receivers see. */
export interface Published {
  readonly results: readonly [{ readonly status: 'accepted'; readonly eventId: string }];
}

/** The public API, as a tenant's program uses it. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  static tenant = (local: LocalFile): Api => new Api(local.url, local.tenantKey);
  static operator = (local: LocalFile): Api => new Api(local.url, local.operatorKey);
  static producer = (local: LocalFile): Api => new Api(local.url, local.producerKey);

  private send(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...(body !== undefined && { 'content-type': contentType }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** Only the status of the answer, be it an error or not. */
  async status(...asked: Parameters<Api['send']>): Promise<number> {
    const response = await this.send(...asked);
    await response.arrayBuffer();
    return response.status;
  }

  /** The expected problem, without the fields that differ from one occurrence to the next. */
  async problem(...asked: Parameters<Api['send']>): Promise<{ status: number; code?: string }> {
    const response = await this.send(...asked);
    const { instance: _, ...problem } = JSON.parse((await response.text()) || '{}') as Record<string, unknown>;
    return { ...problem, status: response.status };
  }

  /** The JSON of a 2xx answer; any other answer throws with its problem. */
  async call<T>(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<T> {
    const response = await this.send(method, path, body, contentType);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  register(url: string, fields: Record<string, unknown> = {}): Promise<Webhook> {
    return this.call('POST', '/v1/webhooks', { name: 'Test', url, events: ['sale.created'], ...fields });
  }

  webhook(id: string): Promise<Webhook> {
    return this.call('GET', `/v1/webhooks/${id}`);
  }

  async deliveries(query: Record<string, string>): Promise<Delivery[]> {
    const all: Delivery[] = [];
    let cursor: string | null = null;
    do {
      const search: string = new URLSearchParams({
        limit: '200',
        ...query,
        ...(cursor !== null && { cursor }),
      }).toString();
      const page: { data: Delivery[]; nextCursor: string | null } = await this.call('GET', `/v1/deliveries?${search}`);
      all.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return all;
  }

  async attempts(deliveryId: string): Promise<Attempt[]> {
    return (await this.call<{ data: Attempt[] }>('GET', `/v1/deliveries/${deliveryId}/attempts`)).data;
  }

  publish(tenantId: string, id: string, data: Record<string, unknown> = { saleId: id }): Promise<Published> {
    return this.call('POST', '/v1/events', saleCreated(tenantId, id, data), 'application/cloudevents+json');
  }

  publishBatch(events: readonly Record<string, unknown>[]): Promise<unknown> {
    return this.call('POST', '/v1/events', events, 'application/cloudevents-batch+json');
  }
}

/** A CloudEvent in structured form. */
export const saleCreated = (
  tenantid: string,
  id: string,
  data: Record<string, unknown> = { saleId: id },
): Record<string, unknown> => ({
  specversion: '1.0',
  id,
  source: '/e2e',
  type: 'sale.created',
  time: new Date().toISOString(),
  tenantid,
  subject: id,
  datacontenttype: 'application/json',
  data,
});
