import { useCircuit, useTenant, useWebhook } from '../api/queries.ts';
import type { Attempt, Delivery } from '../api/model.ts';
import { adviceFor } from './advice.policy.ts';
import type { Failure } from './advice.policy.ts';
import { failureOf } from './failure-of.ts';
import { TroubleActions } from './trouble-actions.tsx';
import { TroubleCard } from './trouble-card.tsx';

interface DeliveryTroubleProps {
  readonly delivery: Delivery;
  readonly attempts: readonly Attempt[];
}

/** What is wrong with a delivery: what its last attempt says, and the buttons that mend its webhook. */
export function DeliveryTrouble({ delivery, attempts }: DeliveryTroubleProps) {
  const last = attempts.at(-1);
  const failure = last && failureOf(last);
  if (delivery.status === 'SUCCESS' || failure === undefined) return null;
  return <NotDelivered delivery={delivery} attempts={attempts} failure={failure} />;
}

interface NotDeliveredProps extends DeliveryTroubleProps {
  readonly failure: Failure;
}

function NotDelivered({ delivery, attempts, failure }: NotDeliveredProps) {
  const webhook = useWebhook(delivery.webhookId, { isWanted: delivery.webhookName !== null }).data;
  const circuit = useCircuit(delivery.webhookId);
  const tenant = useTenant(delivery.tenantId).data;
  const advice = adviceFor(failure);
  return (
    <TroubleCard
      title={delivery.status === 'FAILED' ? 'It was not delivered' : 'It is not delivered yet'}
      advice={advice}
      attempt={attempts.at(-1)}
      since={attempts.find(({ outcome }) => outcome === 'failed')?.startedAt ?? null}
      actions={
        webhook && <TroubleActions webhook={webhook} circuit={circuit} tenantStatus={tenant?.status} url={advice.url} />
      }
    />
  );
}
