import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { answerOf } from '../../api/client.ts';
import { sentenceOf } from '../../api/problem.ts';
import { useAttempts, useDelivery, useRefresh } from '../../api/queries.ts';
import type { Delivery, DeliveryDetails } from '../../api/model.ts';
import { lazily } from '../../app/lazily.tsx';
import { useApi, useIdentity } from '../../app/session.tsx';
import { duration } from '../../format/time.ts';
import { Json } from '../../ui/display/code.tsx';
import { Confirm } from '../../ui/layout/confirm.tsx';
import { Copyable } from '../../ui/display/copy.tsx';
import { ReplayIcon, TrashIcon } from '../../ui/display/icons.tsx';
import { Card, Fact, Facts, PageHead, Section } from '../../ui/layout/page.tsx';
import { Failed, Loading } from '../../ui/feedback/states.tsx';
import { DeliveryPill, HttpStatus, Tag } from '../../ui/feedback/status.tsx';
import { At, Sentence } from '../../ui/display/time.tsx';
import { useToasts } from '../../ui/feedback/toasts.tsx';
import { Attempts } from './attempts.tsx';
import styles from './delivery-page.module.css';
import { Name } from '../../ui/display/name.tsx';
import { Neighbours } from './neighbours.tsx';

const DeliveryTrouble = lazily(async () => (await import('../../trouble/delivery-trouble.tsx')).DeliveryTrouble);
const SameMessage = lazily(async () => (await import('./same-message.tsx')).SameMessage);

const BACK = { href: '/deliveries', name: 'Deliveries' };

export function DeliveryPage({ id }: { readonly id: string }) {
  const { data: delivery, error, refetch } = useDelivery(id);
  const attempts = useAttempts(id, delivery && delivery.attemptCount + delivery.unspentAttempts);
  if (delivery === undefined) {
    return (
      <>
        <PageHead title={error ? 'Delivery' : '…'} name="Delivery" back={BACK} />
        <Card>
          {error ? (
            <Failed error={error} onRetry={() => void refetch()} />
          ) : (
            <div style={{ padding: '14px 18px' }}>
              <Loading lines={9} />
            </div>
          )}
        </Card>
      </>
    );
  }
  return (
    <>
      <PageHead
        name={delivery.eventType}
        back={BACK}
        title={
          <>
            <span>{delivery.eventType}</span>
            <DeliveryPill status={delivery.status} />
            {delivery.isTest && <Tag>Test</Tag>}
            {delivery.isReplay && <Tag>Replay</Tag>}
          </>
        }
        lead={
          <>
            to{' '}
            {delivery.webhookName === null ? (
              'a webhook that is deleted'
            ) : (
              <Link href={`/webhooks/${delivery.webhookId}`}>
                <Name>{delivery.webhookName}</Name>
              </Link>
            )}
          </>
        }
        actions={
          <>
            <Neighbours id={id} />
            <Actions delivery={delivery} />
          </>
        }
      />
      <p className={styles['summary']} data-status={delivery.status}>
        <Sentence text={delivery.summary} />
      </p>
      {attempts.data && <DeliveryTrouble delivery={delivery} attempts={attempts.data} />}
      <Section title="Attempts" flush>
        {attempts.error ? (
          <Failed error={attempts.error} onRetry={() => void attempts.refetch()} />
        ) : attempts.data === undefined ? (
          <div className={styles['loading']}>
            <Loading lines={5} />
          </div>
        ) : (
          <Attempts attempts={attempts.data} />
        )}
      </Section>
      {delivery.attemptCount === 0 && (
        <Section title="Payload" lead="The body of each attempt.">
          <Json value={delivery.payload} what="the payload" />
        </Section>
      )}
      <Details delivery={delivery} />
      <SameMessage delivery={delivery} />
    </>
  );
}

function Actions({ delivery }: { readonly delivery: Delivery }) {
  const api = useApi();
  const toasts = useToasts();
  const refresh = useRefresh();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const [isDeleting, setDeleting] = useState(false);
  const [isRetrying, setRetrying] = useState(false);
  const retry = useMutation({
    mutationFn: () => answerOf(api.POST('/v1/deliveries/{id}/retry', { params: { path: { id: delivery.id } } })),
    onSuccess: async () => {
      setRetrying(false);
      toasts.done('The delivery is tried once more now, even if the circuit is open.');
      await refresh('/v1/deliveries');
    },
    onError: (error) => toasts.failed(sentenceOf(error)),
  });
  const deletion = useMutation({
    mutationFn: () => api.DELETE('/v1/deliveries/{id}', { params: { path: { id: delivery.id } } }),
    onSuccess: async () => {
      go('/deliveries');
      queries.removeQueries({ queryKey: ['/v1/deliveries', 'one', delivery.id] });
      toasts.done('The delivery is deleted.');
      await refresh('/v1/deliveries');
    },
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={<ReplayIcon size={14} />}
        loading={retry.isPending}
        onClick={() => (delivery.status === 'SUCCESS' ? setRetrying(true) : retry.mutate())}
      >
        {delivery.status === 'SUCCESS' ? 'Send again …' : 'Retry now'}
      </Button>
      <Button variant="default" leftSection={<TrashIcon size={14} />} onClick={() => setDeleting(true)}>
        Delete …
      </Button>
      {isRetrying && (
        <Confirm
          title="Send this delivery again?"
          action="Send again"
          isBusy={retry.isPending}
          error={retry.error}
          onConfirm={() => retry.mutate()}
          onClose={() => setRetrying(false)}
        >
          It was delivered. The receiver gets it once more, with the same webhook-id, by which it can tell that it is a
          repeat.
        </Confirm>
      )}
      {isDeleting && (
        <Confirm
          title="Delete this delivery?"
          action="Delete delivery"
          danger
          isBusy={deletion.isPending}
          error={deletion.error}
          onConfirm={() => deletion.mutate()}
          onClose={() => setDeleting(false)}
        >
          The delivery is deleted with all its attempts, and is not tried again.
        </Confirm>
      )}
    </>
  );
}

function Details({ delivery }: { readonly delivery: DeliveryDetails }) {
  const { isOperator } = useIdentity();
  return (
    <Section title="Details">
      <Facts columns>
        <Fact name="Delivery id">
          <Copyable text={delivery.id} what="the delivery id" />
        </Fact>
        <Fact name="Event id">
          <Copyable text={delivery.eventId} what="the event id" />
          <div className="faint">The receiver sees it as webhook-id.</div>
        </Fact>
        {delivery.messageId !== null && (
          <Fact name="Message id">
            <Copyable text={delivery.messageId} what="the message id" />
            <div className="faint">The id that the producer gave it, from {delivery.source}.</div>
          </Fact>
        )}
        {delivery.subject !== null && (
          <Fact name="Subject">
            <Copyable text={delivery.subject} what="the subject" />
          </Fact>
        )}
        {isOperator && (
          <Fact name="Tenant">
            <Link href={`/tenants/${delivery.tenantId}`}>{delivery.tenantId}</Link>
          </Fact>
        )}
        {delivery.repeats && (
          <Fact name="Repeats">
            <Link href={`/deliveries/${delivery.repeats}`}>
              <code>{delivery.repeats.slice(0, 13)}…</code>
            </Link>
          </Fact>
        )}
        <Fact name="Attempts">
          {delivery.attemptCount} of {delivery.maxAttempts}
          {delivery.unspentAttempts > 0 && (
            <div className="faint">and {delivery.unspentAttempts} that did not count: probes of an open circuit</div>
          )}
        </Fact>
        <Fact name="Last response">
          <HttpStatus status={delivery.responseStatusCode} error={delivery.errorClass} />
          {delivery.durationMs !== null && <span className="soft"> in {duration(delivery.durationMs)}</span>}
        </Fact>
        <Fact name="Created">
          <At at={delivery.createdAt} />
        </Fact>
        <Fact name="Last sent">
          <At at={delivery.sentAt} />
        </Fact>
        {delivery.nextRetryAt ? (
          <Fact name="Next attempt">
            <At at={delivery.nextRetryAt} />
          </Fact>
        ) : (
          <Fact name="Ended">
            <At at={delivery.completedAt} never="Not yet" />
          </Fact>
        )}
      </Facts>
    </Section>
  );
}
