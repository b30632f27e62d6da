import { Link } from 'wouter';
import type { Tenant, Webhook } from '../../api/model.ts';
import { useIdentity } from '../../app/session.tsx';
import { isOpen } from '../../state/health.ts';
import type { KnownCircuit } from '../../state/health.ts';
import { actorParts, counted, number } from '../../format/text.ts';
import { duration } from '../../format/time.ts';
import { Copyable } from '../../ui/display/copy.tsx';
import { Fact, Facts, None, Section } from '../../ui/layout/page.tsx';
import { Pill, WebhookPill } from '../../ui/feedback/status.tsx';
import { At } from '../../ui/display/time.tsx';
import { WebhookSecret } from './webhook-secret.tsx';
import styles from './webhook-settings.module.css';
import { Tip } from '../../ui/display/tip.tsx';
import { Name } from '../../ui/display/name.tsx';
import { visible } from '../../format/visible.ts';

interface WebhookSettingsProps {
  readonly webhook: Webhook;
  readonly circuit: KnownCircuit;
  readonly tenantStatus: Tenant['status'] | undefined;
}

/**
 * The settings of a webhook in the groups of the requirements: basic information, configuration, security, status,
 * metadata.
 */
export function WebhookSettings({ webhook, circuit, tenantStatus }: WebhookSettingsProps) {
  return (
    <div className={styles['columns']}>
      <div className={styles['column']}>
        <Basics webhook={webhook} />
        <Configuration webhook={webhook} />
        <WebhookSecret webhook={webhook} />
      </div>
      <div className={styles['column']}>
        <Status webhook={webhook} circuit={circuit} tenantStatus={tenantStatus} />
        <Metadata webhook={webhook} />
      </div>
    </div>
  );
}

function Basics({ webhook }: { readonly webhook: Webhook }) {
  const { isOperator } = useIdentity();
  return (
    <Section title="Basic information">
      <Facts>
        <Fact name="Name">
          <Name>{webhook.name}</Name>
        </Fact>
        <Fact name="Description">{webhook.description === null ? <None /> : <Name>{webhook.description}</Name>}</Fact>
        <Fact name="URL">
          <code>{visible(webhook.url)}</code>
        </Fact>
        {isOperator && (
          <Fact name="Tenant">
            <Link href={`/tenants/${webhook.tenantId}`}>
              <Name>{webhook.tenantName ?? webhook.tenantId}</Name>
            </Link>
          </Fact>
        )}
        <Fact name={webhook.events.length === 1 ? 'Event' : 'Events'}>
          <ul className={styles['events']}>
            {webhook.events.map((event, index) => (
              <li key={event}>
                <Tip label={event}>
                  <Link href={`/event-types/${event}`} className={styles['event'] ?? ''}>
                    {webhook.eventNames[index] ?? event}
                  </Link>
                </Tip>
              </li>
            ))}
          </ul>
        </Fact>
      </Facts>
    </Section>
  );
}

function Configuration({ webhook }: { readonly webhook: Webhook }) {
  const headers = Object.entries(webhook.headers);
  return (
    <Section title="Configuration">
      <Facts>
        <Fact name="Attempts at most">{webhook.maxAttempts ?? <None>Default</None>}</Fact>
        <Fact name="Time-out">
          {webhook.requestTimeoutMs === null ? <None>Default</None> : duration(webhook.requestTimeoutMs)}
        </Fact>
        <Fact name="Rate limit">
          {webhook.rateLimitPerSecond === null ? (
            <None>No limit</None>
          ) : (
            `${number(webhook.rateLimitPerSecond)} a second`
          )}
        </Fact>
        <Fact name="Order">{webhook.ordering === 'subject' ? 'In order, per object' : 'As fast as possible'}</Fact>
        <Fact name="Headers">
          {headers.length === 0 ? (
            <None />
          ) : (
            headers.map(([name, value]) => (
              <div key={name}>
                <code>
                  <span className="soft">{name}:</span> {value}
                </code>
              </div>
            ))
          )}
        </Fact>
      </Facts>
    </Section>
  );
}

function Status({ webhook, circuit, tenantStatus }: WebhookSettingsProps) {
  return (
    <Section title="Status">
      <Facts>
        <Fact name="State">
          <WebhookPill webhook={webhook} circuit={circuit} tenantStatus={tenantStatus} />
        </Fact>
        <Fact name="Failures in a row">
          <FailureMeter failures={webhook.consecutiveFailures} />
        </Fact>
        <Fact name="Last success">
          <At at={webhook.lastSuccessAt} />
        </Fact>
        <Fact name="Last failure">
          <At at={webhook.lastFailureAt} />
        </Fact>
        <Fact name="Circuit">
          <CircuitState circuit={circuit} />
        </Fact>
        <Fact name="Alert">
          {webhook.alertedAt === null ? (
            <None>No alert</None>
          ) : (
            <>
              Failing since <At at={webhook.alertedAt} />
            </>
          )}
        </Fact>
      </Facts>
    </Section>
  );
}

const ALERTS = [3, 5, 10];

/** One mark for each failure, taller where an alert is raised. */
function FailureMeter({ failures }: { readonly failures: number }) {
  return (
    <Tip
      label={`Unless the installation says otherwise, alerts go out at ${ALERTS.join(', ')} in a row, and the last of them disables the webhook.`}
    >
      <span className={styles['meter']}>
        <span className={styles['marks']} aria-hidden="true">
          {Array.from({ length: Math.max(...ALERTS) }, (_, index) => (
            <span
              key={index}
              data-on={index < failures || undefined}
              data-alert={ALERTS.includes(index + 1) || undefined}
            />
          ))}
        </span>
        <span className="number">{failures}</span>
      </span>
    </Tip>
  );
}

function CircuitState({ circuit }: { readonly circuit: KnownCircuit }) {
  if (circuit === 'loading') return <None>…</None>;
  if (circuit === 'unknown') return <Pill tone="warn">Unknown: Delivery does not answer</Pill>;
  if (!isOpen(circuit)) return <Pill tone="good">Closed</Pill>;
  return (
    <>
      <Pill tone={circuit.state === 'open' ? 'bad' : 'warn'}>{circuit.state === 'open' ? 'Open' : 'Half-open'}</Pill>
      <div className={styles['circuit']}>
        Opened {counted(circuit.openings, 'time')}
        {circuit.openedAt && (
          <>
            , first <At at={circuit.openedAt} />
          </>
        )}
        {circuit.nextProbeAt && (
          <>
            <br />
            Next probe <At at={circuit.nextProbeAt} />
          </>
        )}
      </div>
    </>
  );
}

function Metadata({ webhook }: { readonly webhook: Webhook }) {
  const { name, keyId } = actorParts(webhook.createdBy);
  return (
    <Section title="Metadata">
      <Facts>
        <Fact name="Id">
          <Copyable text={webhook.id} what="the id" />
        </Fact>
        <Fact name="Created by">
          <Name>{name}</Name>
          {keyId && <div className="faint">with the key {keyId}</div>}
        </Fact>
        <Fact name="Created">
          <At at={webhook.createdAt} />
        </Fact>
        <Fact name="Changed">
          <At at={webhook.updatedAt} />
        </Fact>
        <Fact name="Version">{webhook.version}</Fact>
      </Facts>
    </Section>
  );
}
