import { Button } from '@mantine/core';
import { Link } from 'wouter';
import type { Webhook } from '../../api/model.ts';
import { isolated } from '../../format/visible.ts';
import { NewSecret } from '../../ui/display/copy.tsx';
import { PageHead, Section } from '../../ui/layout/page.tsx';
import { Steps } from '../../ui/layout/steps.tsx';
import styles from './create-webhook-page.module.css';
import { LiveTest } from './live-test.tsx';
import { ReceiverCode } from './receiver-code.tsx';

interface CreatedWebhookProps {
  readonly webhook: Webhook;
  /** The secret that Signet has generated; null: the tenant has brought one, or the page was loaded again. */
  readonly secret: string | null;
}

/** The second step: the secret, how to verify with it, and a first request. */
export function CreatedWebhook({ webhook, secret }: CreatedWebhookProps) {
  return (
    <div className={styles['created']}>
      <PageHead
        title={`${isolated(webhook.name)} is ready`}
        back={{ href: '/webhooks', name: 'Webhooks' }}
        lead={
          <>
            Step 2 of 2: from now on <code>{webhook.url}</code> gets a signed request for every event that it is
            subscribed to.
          </>
        }
        actions={
          <Button variant="default" component={Link} href={`/webhooks/${webhook.id}`}>
            Open the webhook
          </Button>
        }
      />
      <Section title="Next steps">
        <Steps>
          <li>
            <strong>{secret === null ? 'Your signing secret is in place' : 'Keep the signing secret'}</strong>
            <span className="soft">Give it to your receiver only. The page of the webhook shows it again.</span>
            {secret !== null && <NewSecret text={secret} what="the secret" testId="secret" />}
          </li>
          <li>
            <strong>Verify each request</strong>
            <span className="soft">
              A whole receiver, which needs no library: it checks the signature and its time, and takes a repeated
              message once.
            </span>
            <ReceiverCode />
          </li>
          <li>
            <strong>Send a test</strong>
            <span className="soft">
              Sends an example event, marked as a test, and shows the answer of your receiver here.
            </span>
            <LiveTest webhook={webhook} />
          </li>
        </Steps>
      </Section>
    </div>
  );
}
