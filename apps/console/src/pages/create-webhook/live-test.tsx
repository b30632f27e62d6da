import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Webhook } from '../../api/model.ts';
import { ApiProblem, sentenceOf } from '../../api/problem.ts';
import { useAttempts, useDelivery } from '../../api/queries.ts';
import { lazily } from '../../app/lazily.tsx';
import { duration } from '../../format/time.ts';
import { FlaskIcon } from '../../ui/display/icons.tsx';
import { Sentence } from '../../ui/display/time.tsx';
import { DeliveryPill, HttpStatus } from '../../ui/feedback/status.tsx';
import { ActionButton } from '../../ui/forms/action-button.tsx';
import { Choose } from '../../ui/forms/choose.tsx';
import { Problems } from '../../ui/forms/form.tsx';
import { useParam } from '../../ui/use-param.ts';
import { useSendTest } from '../webhook/actions/use-send-test.ts';
import styles from './live-test.module.css';

const DeliveryTrouble = lazily(async () => (await import('../../trouble/delivery-trouble.tsx')).DeliveryTrouble);

/** Sends a test, and shows the answer of the receiver. The address holds the delivery of the last test. */
export function LiveTest({ webhook }: { readonly webhook: Webhook }) {
  const [sent, setSent] = useParam('test');
  const [eventType, setEventType] = useState(webhook.events[0] ?? '');
  const test = useSendTest(webhook.id, (deliveryId) => setSent(deliveryId));
  return (
    <div className={styles['test']}>
      <Group gap="xs" align="flex-end">
        {webhook.events.length > 1 && (
          <Choose
            size="xs"
            aria-label="Event of the test"
            allowDeselect={false}
            data={webhook.events.map((name, index) => ({ value: name, label: webhook.eventNames[index] ?? name }))}
            value={eventType}
            onChange={(value) => setEventType(value ?? '')}
          />
        )}
        <ActionButton
          variant="filled"
          leftSection={<FlaskIcon size={14} />}
          loading={test.isPending}
          why={webhook.isActive ? undefined : 'The webhook is disabled: enable it first.'}
          onClick={() => test.mutate(eventType)}
        >
          {sent === null ? 'Send test' : 'Send another test'}
        </ActionButton>
      </Group>
      <Problems sentences={test.error ? [sentenceOf(test.error)] : []} />
      {sent !== null && <Result key={sent} deliveryId={sent} />}
    </div>
  );
}

function Result({ deliveryId }: { readonly deliveryId: string }) {
  const { data: delivery, error } = useDelivery(deliveryId);
  const attempts = useAttempts(deliveryId, delivery && delivery.attemptCount + delivery.unspentAttempts);
  // The delivery is known a moment after the test was asked for.
  const isMissing = error instanceof ApiProblem && error.status === 404;
  return (
    <>
      <div className={styles['result']} role="status">
        {delivery === undefined ? (
          error && !isMissing ? (
            sentenceOf(error)
          ) : (
            'The test is on its way …'
          )
        ) : (
          <>
            <span className={styles['answer']}>
              <DeliveryPill status={delivery.status} />
              <HttpStatus status={delivery.responseStatusCode} error={delivery.errorClass} />
              {delivery.durationMs !== null && <span className="soft">in {duration(delivery.durationMs)}</span>}
            </span>
            <span>
              <Sentence text={delivery.summary} />
            </span>
            <Button variant="default" size="compact-xs" component={Link} href={`/deliveries/${delivery.id}`}>
              Request and answer
            </Button>
          </>
        )}
      </div>
      {delivery && attempts.data && <DeliveryTrouble delivery={delivery} attempts={attempts.data} />}
    </>
  );
}
