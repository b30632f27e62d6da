import { Button, Group } from '@mantine/core';
import { Link } from 'wouter';
import type { CreatedWebhook as RegisteredWebhook } from '../../api/model.ts';
import { Code } from '../../ui/display/code.tsx';
import { CopyButton } from '../../ui/display/copy.tsx';
import { PageHead, Section } from '../../ui/layout/page.tsx';
import { SendTest } from '../webhook/actions/send-test.tsx';
import styles from './create-webhook-page.module.css';
import { isolated } from '../../format/visible.ts';

const VERIFY = `import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.SIGNET_SECRET);
// The body exactly as it came in, before anything parses it.
const event = webhook.verify(rawBody, request.headers);`;

interface CreatedWebhookProps {
  readonly webhook: RegisteredWebhook;
  readonly isOwnSecret: boolean;
}

/** The next steps after the creation: the secret, how to verify with it, and a first request. */
export function CreatedWebhook({ webhook, isOwnSecret }: CreatedWebhookProps) {
  return (
    <div className={styles['created']}>
      <PageHead
        title={`${isolated(webhook.name)} is ready`}
        back={{ href: '/webhooks', name: 'Webhooks' }}
        lead={
          <>
            From now on <code>{webhook.url}</code> gets a signed request for every event that it is subscribed to.
          </>
        }
      />
      <Section title="Next steps">
        <ol className={styles['steps']}>
          <li>
            <strong>{isOwnSecret ? 'Your signing secret is in place' : 'Keep the signing secret'}</strong>
            <span className="soft">
              {isOwnSecret
                ? 'Your receiver verifies each request with it.'
                : 'Give it to your receiver only. The page of the webhook shows it again.'}
            </span>
            {!isOwnSecret && (
              <div className={styles['secret']}>
                <code data-testid="secret">{webhook.secret}</code>
                <CopyButton text={webhook.secret} what="the secret" />
              </div>
            )}
          </li>
          <li>
            <strong>Verify each request</strong>
            <span className="soft">With any library of Standard Webhooks; in TypeScript:</span>
            <div style={{ marginTop: 8 }}>
              <Code text={VERIFY} what="the example" />
            </div>
          </li>
          <li>
            <strong>Send a test</strong>
            <span className="soft">
              Sends an example event, marked as a test, and shows the answer of your receiver.
            </span>
            <Group gap="xs" mt={8}>
              <SendTest webhook={webhook} variant="filled" />
              <Button variant="default" component={Link} href={`/webhooks/${webhook.id}`}>
                Open the webhook
              </Button>
            </Group>
          </li>
        </ol>
      </Section>
    </div>
  );
}
