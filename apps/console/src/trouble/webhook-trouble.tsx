import { Link } from 'wouter';
import type { Tenant, Webhook } from '../api/model.ts';
import { whyDisabled } from '../state/why-disabled.ts';
import { healthOf, isOpen } from '../state/health.ts';
import type { KnownCircuit, WebhookHealth } from '../state/health.ts';
import { counted } from '../format/text.ts';
import { Name } from '../ui/display/name.tsx';
import { Ago } from '../ui/display/time.tsx';
import { Fact } from '../ui/layout/page.tsx';
import { adviceFor } from './advice.policy.ts';
import { failureOf } from './failure-of.ts';
import { TroubleActions } from './trouble-actions.tsx';
import { TroubleCard } from './trouble-card.tsx';
import { useTrouble } from './use-trouble.ts';

interface WebhookTroubleProps {
  readonly webhook: Webhook;
  readonly circuit: KnownCircuit;
  readonly tenant: Tenant | undefined;
}

const TITLES: Partial<Record<WebhookHealth, string>> = {
  held_back: 'Deliveries are held back: the circuit is open',
  disabled_automatically: 'Nothing is delivered: this webhook is disabled',
  suspended: 'Nothing is delivered: the tenant is suspended',
};

/** What is wrong with a webhook; nothing for one that is well, or that a person has disabled. */
export function WebhookTrouble({ webhook, circuit, tenant }: WebhookTroubleProps) {
  const health = healthOf(webhook, circuit, tenant?.status);
  const hasTrouble = !['active', 'unknown', 'disabled'].includes(health);
  const trouble = useTrouble(webhook.id, hasTrouble);
  if (!hasTrouble) return null;
  const failure = trouble?.attempt && failureOf(trouble.attempt);
  const advice = health === 'suspended' ? undefined : failure && adviceFor(failure);
  return (
    <TroubleCard
      title={TITLES[health] ?? `${counted(webhook.consecutiveFailures, 'failure')} in a row`}
      lead={<Lead webhook={webhook} circuit={circuit} health={health} tenant={tenant} />}
      advice={advice}
      attempt={trouble?.attempt}
      since={webhook.disabledAt ?? (isOpen(circuit) ? circuit.openedAt : webhook.alertedAt)}
      actions={<TroubleActions webhook={webhook} circuit={circuit} tenantStatus={tenant?.status} url={advice?.url} />}
    >
      {trouble && (
        <Fact name="Waiting">
          <Link href={`/webhooks/${webhook.id}/deliveries?status=RETRYING`}>
            {counted(trouble.waiting, 'delivery', 'deliveries')}
            {trouble.isMore && ' or more'}
          </Link>
        </Fact>
      )}
      <Fact name="Last success">
        <Ago at={webhook.lastSuccessAt} never="Never" />
      </Fact>
      {trouble?.delivery && (
        <Fact name="Last failure">
          <Link href={`/deliveries/${trouble.delivery.id}`}>Request and answer</Link>{' '}
          <Ago at={trouble.delivery.sentAt} />
        </Fact>
      )}
    </TroubleCard>
  );
}

interface LeadProps extends WebhookTroubleProps {
  readonly health: WebhookHealth;
}

function Lead({ webhook, circuit, health, tenant }: LeadProps) {
  if (health === 'suspended')
    return (
      <>
        Deliveries end as failed, and can be replayed afterwards.{' '}
        {tenant?.suspendedDetail && <Name>{tenant.suspendedDetail}</Name>}
      </>
    );
  if (!webhook.isActive)
    return (
      <>
        {whyDisabled(webhook)} {webhook.disabledDetail && <Name>{webhook.disabledDetail}</Name>} What is missed
        meanwhile can be replayed.
      </>
    );
  if (isOpen(circuit))
    return (
      <>
        Deliveries wait and spend no attempts. Next probe:{' '}
        {circuit.nextProbeAt ? <Ago at={circuit.nextProbeAt} /> : 'soon'} – one delivery goes out, and if it succeeds,
        all the others follow.
      </>
    );
  return 'Signet goes on trying. After more failures in a row the circuit opens, and at last the webhook is disabled.';
}
