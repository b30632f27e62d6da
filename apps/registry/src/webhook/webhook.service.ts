import type { EgressRules } from '@signet/egress';
import type { Caller, FieldError, IfMatch } from '@signet/service-kit';
import type { Clock } from '@signet/contracts';
import { EVENT_TYPE_NAMES, isUuid } from '@signet/contracts';
import { actorOf, tenantOf } from '../http/caller.ts';
import { displayNameOf } from '../event-type/event-types.ts';
import { expectedVersion } from '../http/expected-version.ts';
import { toInstant } from '../http/instant.ts';
import type { Place } from '../http/page.ts';
import { invalid, invalidQuery } from '../http/problems.ts';
import { RuleBroken } from '../http/rule-broken.ts';
import type { TenantQueries } from '../tenant/tenant.queries.ts';
import type { WebhookCommands } from './webhook.commands.ts';
import { changesOf, settingsOf } from './api/webhook.input.ts';
import type { WebhookFilter } from './api/webhook.filter.ts';
import type { WebhookDetails, WebhookQueries } from './read-model/webhook.queries.ts';
import type { Judged } from './domain/webhook.rules.ts';
import { eventTypeErrors, fieldErrors, keptHeaderErrors } from './domain/webhook.rules.ts';
import type { CreateWebhookBody, UpdateWebhookBody } from './api/webhook.schemas.ts';
import { liveSecrets } from './domain/webhook.state.ts';
import { summaryOf } from './api/webhook.summary.ts';
import type { WebhookDetailsView } from './api/webhook.view.ts';
import { webhookDetailsView } from './api/webhook.view.ts';

/**
 * The operations of callers on webhooks: checks the caller's rights, runs the command, and returns what the caller
 * may see.
 */
export class Webhooks {
  constructor(
    private readonly queries: WebhookQueries,
    private readonly commands: WebhookCommands,
    private readonly tenants: TenantQueries,
    private readonly egress: EgressRules,
    private readonly clock: Clock,
    /** Failures in a row at which a webhook is disabled. */
    private readonly disableAfter: number,
  ) {}

  async register(body: CreateWebhookBody, caller: Caller): Promise<WebhookDetailsView & { secret: string }> {
    const owner = await this.ownerOf(body, caller);
    this.judge(body, [...owner.errors, ...keptHeaderErrors(body.headers)]);
    const { secret: ownSecret, clientCertificate } = body;
    const hidden = { ownSecret, clientCertificate };
    const { id, secret } = await this.commands.register(owner.tenantId, settingsOf(body), hidden, actorOf(caller));
    return { ...(await this.view(id, caller)), secret };
  }

  async list(filter: WebhookFilter, page: { limit: number; after?: Place | undefined }, caller: Caller) {
    const own = tenantOf(caller);
    // A tenant that asks for another tenant's webhooks gets an empty list.
    if (own !== undefined && filter.tenantId !== undefined && filter.tenantId !== own) return [];
    const tenantId = own ?? filter.tenantId;
    if (tenantId === undefined) checkSearch(filter.q);
    return this.queries.list({ ...filter, tenantId }, page);
  }

  view = async (id: string, caller: Caller): Promise<WebhookDetailsView> => this.viewOf(await this.find(id, caller));

  viewOf = (webhook: WebhookDetails): WebhookDetailsView =>
    webhookDetailsView(webhook, displayNameOf, summaryOf(webhook, this.disableAfter, this.clock()));

  /**
   * The webhook, if this caller may see it. For another tenant's webhook the answer is the same as for one that does
   * not exist.
   */
  async find(id: string, caller: Caller): Promise<WebhookDetails> {
    const found = isUuid(id) ? await this.queries.find(id, tenantOf(caller)) : undefined;
    if (found === undefined) throw new RuleBroken('not_found', 'webhook_not_found', 'There is no such webhook.');
    return found;
  }

  async update(id: string, body: UpdateWebhookBody, ifMatch: IfMatch, caller: Caller) {
    const webhook = await this.find(id, caller);
    const expected = expectedVersion(webhook.version, ifMatch);
    this.judge(body);
    const changes = { settings: changesOf(body), clientCertificate: body.clientCertificate };
    await this.commands.update(webhook, changes, { actor: actorOf(caller), expectedVersion: expected });
    return this.view(id, caller);
  }

  async delete(id: string, ifMatch: IfMatch, caller: Caller): Promise<void> {
    const { version } = await this.find(id, caller);
    await this.commands.delete(id, { actor: actorOf(caller), expectedVersion: expectedVersion(version, ifMatch) });
  }

  async enable(id: string, replay: 'missed' | undefined, caller: Caller): Promise<WebhookDetailsView> {
    const { tenantId } = await this.find(id, caller);
    if (replay) await this.refuseSuspended(tenantId, 'what its webhook missed can be replayed when that has ended');
    await this.commands.enable(id, replay ? caller.keyId : null, actorOf(caller));
    return this.view(id, caller);
  }

  async disable(id: string, reason: string | null, caller: Caller): Promise<WebhookDetailsView> {
    await this.find(id, caller);
    await this.commands.disable(id, reason, actorOf(caller));
    return this.view(id, caller);
  }

  async requestTest(id: string, eventType: string, caller: Caller) {
    const { tenantId } = await this.find(id, caller);
    await this.refuseSuspended(tenantId, 'its webhooks can be tested when that has ended');
    const errors = eventTypeErrors('eventType', eventType, EVENT_TYPE_NAMES);
    if (errors.length > 0) throw invalid(errors);
    return this.commands.requestTest(id, eventType, actorOf(caller));
  }

  /** The secrets that sign now, opened; newest first. */
  async secrets(id: string, caller: Caller) {
    const { secrets } = await this.find(id, caller);
    return liveSecrets(secrets, toInstant(this.clock())).map(({ sealed, expiresAt }) => ({
      secret: this.commands.openSecret(id, sealed),
      expiresAt,
    }));
  }

  async rotateSecret(id: string, ownSecret: string | undefined, overlapHours: number, caller: Caller) {
    await this.find(id, caller);
    this.judge({ secret: ownSecret });
    return this.commands.rotateSecret(id, ownSecret, overlapHours, actorOf(caller));
  }

  /** The errors that the rules of this installation find. */
  faultsOf(judged: Judged): FieldError[] {
    return fieldErrors(judged, { egress: this.egress, eventTypes: EVENT_TYPE_NAMES, now: this.clock() });
  }

  private judge(judged: Judged, more: readonly FieldError[] = []): void {
    const errors = [...more, ...this.faultsOf(judged)];
    if (errors.length > 0) throw invalid(errors);
  }

  /**
   * Delivery sends nothing for a suspended tenant: without this refusal the caller would get a success, and no
   * message would arrive.
   */
  private async refuseSuspended(tenantId: string, then: string): Promise<void> {
    const tenant = await this.tenants.find(tenantId);
    if (tenant?.status === 'suspended')
      throw new RuleBroken('conflict', 'tenant_suspended', `The tenant is suspended; ${then}.`);
  }

  /** A tenant's key can only act for its own tenant; an operator must name the tenant of the webhook. */
  private async ownerOf(body: CreateWebhookBody, caller: Caller) {
    const tenantId = body.tenantId ?? tenantOf(caller) ?? '';
    const broken = (rule: string, detail: string) => ({ tenantId, errors: [{ field: 'tenantId', rule, detail }] });
    const own = tenantOf(caller);
    if (own !== undefined) {
      return tenantId === own
        ? { tenantId, errors: [] }
        : broken('other_tenant', 'This key belongs to another tenant.');
    }
    if (body.tenantId === undefined) return broken('required', 'An operator says whose webhook it is.');
    const tenant = await this.tenants.find(tenantId);
    return tenant ? { tenantId, errors: [] } : broken('unknown_tenant', 'There is no such tenant.');
  }
}

/** The search over all tenants uses trigrams; a shorter text would have to be searched for in every row. */
const SHORTEST_SEARCH = 3;

function checkSearch(q: string | undefined): void {
  if (q === undefined || q.length >= SHORTEST_SEARCH) return;
  const detail = `A search over all tenants needs at least ${SHORTEST_SEARCH} characters.`;
  throw invalidQuery([{ field: 'q', rule: 'too_small', detail }]);
}
