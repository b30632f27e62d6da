import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useIdentity } from '../../app/session.tsx';
import { PlusIcon } from '../../ui/display/icons.tsx';
import { Section } from '../../ui/layout/page.tsx';
import { Steps } from '../../ui/layout/steps.tsx';

/** For a user who has no webhook yet. */
export function FirstSteps({ hasDeliveries }: { readonly hasDeliveries: boolean }) {
  const { isOperator } = useIdentity();
  return (
    <Section
      title={hasDeliveries ? 'There is no webhook any more' : 'Welcome to Signet'}
      lead="Three steps, and your systems get every sale, customer and repair as it happens."
    >
      <Steps>
        <li>
          <strong>Create a webhook</strong>
          <span className="soft">The URL of your receiver, and the events that it gets.</span>
          <div style={{ marginTop: 8 }}>
            <Button component={Link} href="/webhooks/new" leftSection={<PlusIcon size={14} />}>
              Create webhook
            </Button>
          </div>
        </li>
        <li>
          <strong>Verify the signature</strong>
          <span className="soft">
            Every request is signed with the webhook’s secret (Standard Webhooks); libraries for your language do the
            rest.
          </span>
        </li>
        <li>
          <strong>Send a test</strong>
          <span className="soft">
            From the page of the webhook; request and answer appear under <Link href="/deliveries">Deliveries</Link>.
            The fields of each event are described under <Link href="/event-types">Event types</Link>.
          </span>
        </li>
        {isOperator && (
          <li>
            <strong>Let tenants do it themselves</strong>
            <span className="soft">
              Create a <Link href="/tenants">tenant</Link> and a key for it, which signs in here.
            </span>
          </li>
        )}
      </Steps>
    </Section>
  );
}
