import { Link } from 'wouter';
import type { Webhook } from '../../api/model.ts';
import { useIdentity } from '../../app/session.tsx';
import { healthOf, isOpen } from '../../state/health.ts';
import type { KnownCircuit, WebhookHealth } from '../../state/health.ts';
import { counted } from '../../format/text.ts';
import { Section } from '../../ui/layout/page.tsx';
import { AllWell, Loading } from '../../ui/feedback/states.tsx';
import { WebhookPill } from '../../ui/feedback/status.tsx';
import { Ago } from '../../ui/display/time.tsx';
import { NameAndUrl } from '../webhooks/name-and-url.tsx';
import styles from './overview.module.css';
import { Name } from '../../ui/display/name.tsx';

const SHOWN = 8;
/** Webhooks without a number need no attention: a person who has disabled one knows of it. */
const URGENCY: Partial<Record<WebhookHealth, number>> = { held_back: 0, failing: 1, disabled_automatically: 2 };

interface AttentionListProps {
  readonly webhooks: readonly Webhook[] | undefined;
  readonly circuits: (webhookId: string) => KnownCircuit;
}

/** Webhooks that fail, have an open circuit, or were disabled by Signet: the most urgent first. */
export function AttentionList({ webhooks, circuits }: AttentionListProps) {
  const { isOperator } = useIdentity();
  const urgencyOf = (webhook: Webhook): number =>
    URGENCY[healthOf(webhook, circuits(webhook.id))] ?? Number.POSITIVE_INFINITY;
  const troubled = webhooks
    ?.filter((webhook) => Number.isFinite(urgencyOf(webhook)))
    .toSorted((a, b) => urgencyOf(a) - urgencyOf(b) || b.consecutiveFailures - a.consecutiveFailures);
  return (
    <Section title="Webhooks that need attention" flush>
      {troubled === undefined ? (
        <div style={{ padding: '0 18px 12px' }}>
          <Loading lines={3} />
        </div>
      ) : troubled.length === 0 ? (
        <AllWell>Every active webhook took its last delivery.</AllWell>
      ) : (
        <ul className={styles['webhooks']}>
          {troubled.slice(0, SHOWN).map((webhook) => (
            <li key={webhook.id} className={styles['webhook']}>
              <Link href={`/webhooks/${webhook.id}`} className={styles['link'] ?? ''}>
                <NameAndUrl webhook={webhook} />
              </Link>
              <WebhookPill webhook={webhook} circuit={circuits(webhook.id)} />
              <span className={styles['why']}>
                <Why webhook={webhook} circuit={circuits(webhook.id)} />
                {isOperator && webhook.tenantName && (
                  <span className="faint">
                    {' '}
                    · <Name>{webhook.tenantName}</Name>
                  </span>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Why({ webhook, circuit }: { readonly webhook: Webhook; readonly circuit: KnownCircuit }) {
  if (!webhook.isActive) {
    return (
      <>
        {webhook.disabledReason === 'gone' ? 'Answered 410 Gone' : 'Disabled after failures'}{' '}
        <Ago at={webhook.disabledAt} />
      </>
    );
  }
  if (isOpen(circuit)) {
    return (
      <>
        Next probe <Ago at={circuit.nextProbeAt} />
      </>
    );
  }
  return (
    <>
      {counted(webhook.consecutiveFailures, 'failure')} in a row, last <Ago at={webhook.lastFailureAt} />
    </>
  );
}
