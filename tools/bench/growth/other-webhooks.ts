import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { REGISTRY_WEBHOOKS, webhookSecretContext } from '@signet/contracts';
import type { WebhookSnapshot } from '@signet/contracts';
import { generateSecret, SealingKeys } from '@signet/signature';
import type { Bench } from '../bench.ts';
import { EVENT_TYPE } from '../load/sale.ts';

/** Published at once. */
const AT_ONCE = 2_000;
/** As in a platform with many small shops. */
const WEBHOOKS_A_TENANT = 10;
const LOOK_EVERY_MS = 200;
const TIMEOUT_MS = 120_000;

/**
 * Webhooks of tenants that send nothing: active ones, which every message's route is looked up among. They are written onto the table of
 * webhooks on Kafka and not registered, because a hundred thousand registrations would take a quarter of an hour.
 */
export class OtherWebhooks {
  readonly #bench: Bench;
  readonly #keys: SealingKeys;
  readonly #secret = generateSecret();
  readonly #ids: string[] = [];

  constructor(bench: Bench, sealingKeys: string) {
    this.#bench = bench;
    this.#keys = SealingKeys.parse(sealingKeys);
  }

  /** Resolves when delivery knows all of them. */
  async growTo(count: number): Promise<void> {
    while (this.#ids.length < count) {
      const ids = Array.from({ length: Math.min(AT_ONCE, count - this.#ids.length) }, () => randomUUID());
      await this.#bench.kafka.publish(
        REGISTRY_WEBHOOKS,
        ids.map((id, index) => ({ key: id, value: JSON.stringify(this.#snapshot(id, this.#ids.length + index)) })),
      );
      this.#ids.push(...ids);
    }
    await this.#untilKnown(count);
  }

  async remove(): Promise<void> {
    while (this.#ids.length > 0) {
      const ids = this.#ids.splice(0, AT_ONCE);
      await this.#bench.kafka.publish(
        REGISTRY_WEBHOOKS,
        ids.map((id) => ({ key: id, value: null })),
      );
    }
  }

  #snapshot(id: string, number: number): WebhookSnapshot {
    const tenantId = `growth-${Math.floor(number / WEBHOOKS_A_TENANT)}`;
    return {
      id,
      tenantId,
      name: `Orders ${number}`,
      url: `https://${tenantId}.example/hooks/${number}`,
      events: [EVENT_TYPE],
      isActive: true,
      headers: {},
      maxAttempts: null,
      requestTimeoutMs: null,
      rateLimitPerSecond: null,
      ordering: 'none',
      secrets: [{ sealed: this.#keys.seal(this.#secret, webhookSecretContext(id)), expiresAt: null }],
      version: 1,
    };
  }

  /** Webhooks in the directory of delivery. */
  async #known(): Promise<number> {
    const { managementPort } = this.#bench.local().services.delivery;
    const metrics = await (await fetch(`http://127.0.0.1:${managementPort}/metrics`)).text();
    return Number(/^signet_delivery_directory_webhooks (\S+)$/m.exec(metrics)?.[1] ?? Number.NaN);
  }

  async #untilKnown(count: number): Promise<void> {
    const deadline = performance.now() + TIMEOUT_MS;
    while ((await this.#known()) < count) {
      if (performance.now() > deadline) throw new Error(`Delivery does not know ${count} webhooks yet.`);
      await delay(LOOK_EVERY_MS);
    }
  }
}
