import { randomBytes } from 'node:crypto';
import type { Clock } from '@signet/contracts';
import { newId, webhookIdentityContext, webhookSecretContext } from '@signet/contracts';
import { checkClientCertificate } from '@signet/egress';
import type { SealingKeys } from '@signet/signature';
import { BrokenSealError, generateSecret, UnknownSealingKeyError } from '@signet/signature';
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { Aggregates, Asking } from '../database/aggregates.ts';
import { lock } from '../database/aggregates.ts';
import { tables } from '../database/tables.ts';
import { toInstant } from '../http/instant.ts';
import { RuleBroken } from '../http/rule-broken.ts';
import type { WebhookCommand } from './domain/webhook.decider.ts';
import { webhookDecider } from './domain/webhook.decider.ts';
import type { AttemptOutcome, FailureRules } from './domain/webhook-outcomes.decider.ts';
import type { ClientCertificate } from './domain/webhook.events.ts';
import { SECRET_UNREADABLE } from './api/webhook.openapi-failures.ts';
import { HeaderSealing } from './domain/webhook.header-sealing.ts';
import type { AskedSettings } from './api/webhook.input.ts';
import type { WebhookRow } from './read-model/webhook.row.ts';
import { testEventIdOf } from './webhook.test-request.ts';

const HOUR_MS = 60 * 60 * 1000;
/** Webhooks whose outcomes are recorded in one transaction. */
const AT_ONCE = 200;

/** The settings that the commands need. */
export interface WebhookLimits {
  readonly failureRules: FailureRules;
  readonly webhooksPerUrl: number;
}

/** A client certificate as it was sent, in PEM. null: remove it, or none; undefined: the request does not mention it. */
export type GivenCertificate = { readonly certificate: string; readonly key: string } | null | undefined;

/** Commands on webhooks: adds time, ids and sealed secrets to a request, and checks the rules that span webhooks. */
export class WebhookCommands {
  private readonly headers: HeaderSealing;

  constructor(
    private readonly aggregates: Aggregates,
    private readonly sealing: SealingKeys,
    private readonly clock: Clock,
    private readonly limits: WebhookLimits,
  ) {
    this.headers = new HeaderSealing(sealing);
  }

  /** Resolves to the new id, and to the secret in clear. Later answers have it only where the caller asks for it. */
  async register(
    tenantId: string,
    settings: AskedSettings,
    hidden: { readonly ownSecret?: string | undefined; readonly clientCertificate?: GivenCertificate },
    actor: string,
  ) {
    const id = newId();
    const secret = hidden.ownSecret ?? generateSecret(randomBytes);
    const command: WebhookCommand = {
      type: 'RegisterWebhook',
      tenantId,
      settings: { ...settings, ...this.headers.sealed(id, settings.headers) },
      sealedSecret: this.seal(id, secret),
      clientCertificate: this.sealCertificate(id, hidden.clientCertificate),
      createdBy: actor,
      at: this.now(),
    };
    await this.ask(id, command, { actor, rule: (em) => this.checkUrlIsFree(em, id, tenantId, settings.url) });
    return { id, secret };
  }

  /** @param webhook the version that the caller saw */
  async update(
    webhook: WebhookRow,
    asked: { readonly settings: Partial<AskedSettings>; readonly clientCertificate?: GivenCertificate },
    asking: Asking,
  ): Promise<void> {
    const { id, tenantId } = webhook;
    const { settings } = asked;
    const { url, headers } = settings;
    const rule = url === undefined ? undefined : (em: EntityManager) => this.checkUrlIsFree(em, id, tenantId, url);
    const changes =
      headers === undefined ? { changes: settings } : this.headers.changes(webhook, { ...settings, headers });
    const clientCertificate = this.sealCertificate(id, asked.clientCertificate);
    const command = { type: 'UpdateWebhook', ...changes, clientCertificate, at: this.now() } as const;
    await this.ask(id, command, { ...asking, rule });
  }

  /** @param replayMissedFor id of the key that wants the missed messages to be replayed, or null */
  async enable(id: string, replayMissedFor: string | null, actor: string): Promise<void> {
    await this.ask(id, { type: 'EnableWebhook', replayMissedFor, at: this.now() }, { actor });
  }

  async disable(id: string, detail: string | null, actor: string): Promise<void> {
    await this.ask(id, { type: 'DisableWebhook', detail, at: this.now() }, { actor });
  }

  async delete(id: string, asking: Asking): Promise<void> {
    await this.ask(id, { type: 'DeleteWebhook', at: this.now() }, asking);
  }

  /** Resolves to the new secret, and to the time at which the former secrets stop signing. */
  async rotateSecret(id: string, ownSecret: string | undefined, overlapHours: number, actor: string) {
    const secret = ownSecret ?? generateSecret(randomBytes);
    const now = this.clock();
    const overlapUntil = overlapHours === 0 ? null : toInstant(now.getTime() + overlapHours * HOUR_MS);
    const sealedSecret = this.seal(id, secret);
    await this.ask(id, { type: 'RotateWebhookSecret', sealedSecret, overlapUntil, at: toInstant(now) }, { actor });
    return { secret, overlapUntil };
  }

  /** Resolves to the ids by which the test can be followed. */
  async requestTest(id: string, eventType: string, actor: string) {
    const deliveryId = newId();
    const ids = { deliveryId, eventId: testEventIdOf(deliveryId) };
    await this.ask(id, { type: 'RequestWebhookTest', ...ids, eventType, at: this.now() }, { actor });
    return ids;
  }

  /** Records outcomes of many webhooks, with one read and one append for each two hundred of them. */
  async recordOutcomes(byWebhook: ReadonlyMap<string, readonly AttemptOutcome[]>): Promise<void> {
    const rules = this.limits.failureRules;
    const at = this.now();
    const asked = [...byWebhook].map(([id, outcomes]): [string, WebhookCommand] => [
      id,
      { type: 'RecordOutcomes', outcomes, rules, at },
    ]);
    for (let done = 0; done < asked.length; done += AT_ONCE) {
      const some = asked.slice(done, done + AT_ONCE);
      await this.aggregates.askMany('webhook', webhookDecider, some, { actor: 'signet' });
    }
  }

  /** @throws RuleBroken when we do not have the key that sealed it */
  openSecret(id: string, sealed: string): string {
    try {
      return this.sealing.open(sealed, webhookSecretContext(id));
    } catch (error) {
      if (!(error instanceof UnknownSealingKeyError || error instanceof BrokenSealError)) throw error;
      throw new RuleBroken('conflict', 'secret_unreadable', SECRET_UNREADABLE.secret_unreadable);
    }
  }

  private seal(id: string, secret: string): string {
    return this.sealing.seal(secret, webhookSecretContext(id));
  }

  private sealCertificate(id: string, given: GivenCertificate): ClientCertificate | null | undefined {
    if (given == null) return given;
    const checked = checkClientCertificate(given, this.clock());
    if (!checked.ok) throw new RuleBroken('invalid', checked.rule, checked.detail, `clientCertificate.${checked.part}`);
    const { certificate, key, facts } = checked;
    return { ...facts, sealed: this.sealing.seal(JSON.stringify({ certificate, key }), webhookIdentityContext(id)) };
  }

  private ask(id: string, command: WebhookCommand, asking: Asking) {
    return this.aggregates.ask('webhook', id, webhookDecider, command, asking);
  }

  private now(): string {
    return toInstant(this.clock());
  }

  /**
   * Locks this URL of this tenant first. Without the lock, two requests could each see nine webhooks and together
   * make eleven.
   */
  private async checkUrlIsFree(em: EntityManager, id: string, tenantId: string, url: string): Promise<void> {
    await lock(em, `url:${tenantId}:${url}`);
    const { count } = await tables(em)
      .selectFrom('webhooks')
      .select(({ fn }) => fn.countAll<string>().as('count'))
      .where('tenantId', '=', tenantId)
      .where(sql<boolean>`md5(url) = md5(${url})`)
      .where('url', '=', url)
      .where('id', '!=', id)
      .executeTakeFirstOrThrow();
    const limit = this.limits.webhooksPerUrl;
    if (Number(count) < limit) return;
    const message = `There are ${limit} webhooks with this URL already, and that is the most a tenant may have.`;
    throw new RuleBroken('conflict', 'too_many_webhooks_of_url', message, 'url');
  }
}
