import type { DeliverySelection } from '../../api/model.ts';
import { useEventTypes } from '../../api/queries.ts';
import { useExact } from '../../ui/display/time.tsx';
import { deliveryStatusName, errorName } from '../../ui/feedback/status.tsx';
import { Fact, Facts } from '../../ui/layout/page.tsx';
import { WebhookLink } from '../webhooks/webhook-link.tsx';
import { AllWebhooks } from './all-webhooks.tsx';
import { isSinceEver } from './selection-of.ts';

/** The deliveries that a job is for, in words. */
export function SelectionFacts({ selection }: { readonly selection: DeliverySelection }) {
  const exact = useExact();
  const eventTypes = useEventTypes().data;
  const { tenantId = null, webhookId, status, errorClass, eventType, since, until } = selection;
  const end = until === undefined ? 'now' : exact(new Date(until));
  return (
    <Facts>
      <Fact name="Webhook">
        {webhookId === undefined ? <AllWebhooks tenantId={tenantId} /> : <WebhookLink id={webhookId} />}
      </Fact>
      <Fact name="Status">{deliveryStatusName(status)}</Fact>
      {errorClass !== undefined && <Fact name="Error">{errorName(errorClass)}</Fact>}
      {eventType !== undefined && (
        <Fact name="Event">{eventTypes?.find(({ name }) => name === eventType)?.displayName ?? eventType}</Fact>
      )}
      <Fact name="Created">{isSinceEver({ since }) ? `Before ${end}` : `${exact(new Date(since))} – ${end}`}</Fact>
    </Facts>
  );
}
