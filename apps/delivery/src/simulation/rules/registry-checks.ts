import type { RegistryEvent, RegistryWebhook } from '../world/registry-side.ts';
import type { World } from '../world/world.ts';
import { RuleBroken } from './rule-broken.ts';

interface Counted {
  readonly deliveryId: string;
  readonly attempt: number;
  readonly startedAt: string;
  readonly endedAt: string;
}

/** What the registry concludes from the outcomes that delivery reports, compared with what the receivers have really answered. */
export class RegistryChecks {
  /** Webhooks that took no deliveries for some time. */
  readonly wereOff = new Set<string>();
  private readonly lastEndedAt = new Map<string, string>();

  constructor(private readonly world: World) {}

  happened(webhookId: string, { type, data }: RegistryEvent, state: RegistryWebhook): void {
    if (type === 'WebhookDisabled' || type === 'WebhookDeleted') this.wereOff.add(webhookId);
    const failures = state.status === 'live' ? state.failures.length : 0;
    if (type === 'WebhookAttemptFailed') this.counts(webhookId, data as Counted);
    else if (type === 'WebhookFailureAlertRaised') this.alerts(webhookId, failures);
    else if (type === 'WebhookDisabled') this.disables(webhookId, (data as { reason: string }).reason, failures);
  }

  private counts(webhookId: string, { deliveryId, attempt, startedAt, endedAt }: Counted): void {
    const posts = (this.world.posts.get(deliveryId) ?? []).filter((post) => post.attempt === attempt);
    const hasFailed = posts.some(
      ({ statusCode, isOurFault, cause }) => statusCode !== 200 && !isOurFault && cause !== 'person',
    );
    if (!hasFailed)
      throw new RuleBroken(
        'alerts and disabling',
        `${webhookId} gets the blame for attempt ${attempt} of ${deliveryId}`,
      );
    const before = this.lastEndedAt.get(webhookId);
    if (before !== undefined && startedAt <= before)
      throw new RuleBroken('alerts and disabling', `failures of ${webhookId} at the same time count twice`);
    this.lastEndedAt.set(webhookId, endedAt);
  }

  private alerts(webhookId: string, failures: number): void {
    this.world.story.tell(() => `the registry alerts: ${failures} attempts in a row to ${webhookId} have failed`);
    const { alertOn } = this.world.settings;
    if (!alertOn.some((count) => count === failures))
      throw new RuleBroken('alerts and disabling', `an alert for ${webhookId} at ${failures} failures in a row`);
  }

  private disables(webhookId: string, reason: string, failures: number): void {
    const { disableAfter } = this.world.settings;
    if (reason === 'failing' && failures < disableAfter)
      throw new RuleBroken('alerts and disabling', `${webhookId} is disabled after ${failures} failures in a row`);
    if (reason !== 'gone') return;
    const isGone = [...this.world.posts.values()]
      .flat()
      .some((post) => post.webhookId === webhookId && post.statusCode === 410);
    if (!isGone)
      throw new RuleBroken('alerts and disabling', `${webhookId} is disabled as gone, and never answered 410`);
  }
}
