import { Button, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { answerOf } from '../../api/client.ts';
import { sentenceOf } from '../../api/problem.ts';
import { useRefresh } from '../../api/queries.ts';
import type { Tenant } from '../../api/model.ts';
import { lazily } from '../../app/lazily.tsx';
import { useApi } from '../../app/session.tsx';
import { Confirm } from '../../ui/layout/confirm.tsx';
import { Copyable } from '../../ui/display/copy.tsx';
import { Note } from '../../ui/forms/form.tsx';
import { History } from '../../ui/display/history.tsx';
import { PauseIcon, PlayIcon, WebhookIcon } from '../../ui/display/icons.tsx';
import { Card, Fact, Facts, PageHead, Section } from '../../ui/layout/page.tsx';
import { REFRESH_MS } from '../../ui/lists/pager.tsx';
import { Failed, Loading } from '../../ui/feedback/states.tsx';
import { At } from '../../ui/display/time.tsx';
import { useToasts } from '../../ui/feedback/toasts.tsx';
import { KeyList } from '../settings/key-list.tsx';
import { AlertEmail } from '../settings/alert-email.tsx';
import { TenantName } from './tenant-name.tsx';
import { TenantPill } from './tenant-pill.tsx';
import { Name } from '../../ui/display/name.tsx';
import { isolated } from '../../format/visible.ts';

const TenantStatistics = lazily(async () => (await import('./tenant-statistics.tsx')).TenantStatistics, <Loading />);

const BACK = { href: '/tenants', name: 'Tenants' };

export function TenantPage({ id }: { readonly id: string }) {
  const api = useApi();
  const {
    data: tenant,
    error,
    refetch,
  } = useQuery({
    queryKey: ['/v1/tenants', 'one', id],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/tenants/{id}', { params: { path: { id } }, signal })),
    refetchInterval: REFRESH_MS,
  });
  if (tenant === undefined) {
    return (
      <>
        <PageHead title={error ? 'Tenant' : '…'} name="Tenant" back={BACK} />
        <Card>
          {error ? (
            <Failed error={error} onRetry={() => void refetch()} />
          ) : (
            <div style={{ padding: '8px 18px' }}>
              <Loading />
            </div>
          )}
        </Card>
      </>
    );
  }
  return (
    <>
      <PageHead
        name={isolated(tenant.name)}
        back={BACK}
        title={
          <>
            <Name>{tenant.name}</Name> <TenantPill status={tenant.status} />
          </>
        }
        actions={<Actions tenant={tenant} />}
      />
      {tenant.status === 'suspended' && (
        <Note tone="bad" title="This tenant is suspended">
          Its messages are accepted, but every delivery ends as failed, and can be replayed once the suspension has
          ended. Its keys can read, but not change anything. {tenant.suspendedDetail && <>“{tenant.suspendedDetail}”</>}
        </Note>
      )}
      <TenantStatistics id={id} />
      <Section title="Basic information">
        <Facts>
          <Fact name="Name">
            <TenantName tenant={tenant} />
          </Fact>
          <Fact name="Id">
            <Copyable text={tenant.id} what="the id" />
          </Fact>
          <Fact name="Alerts go to">
            <AlertEmail tenant={tenant} />
          </Fact>
          <Fact name="Created">
            <At at={tenant.createdAt} />
          </Fact>
          <Fact name="Changed">
            <At at={tenant.updatedAt} />
          </Fact>
        </Facts>
      </Section>
      <KeyList tenantId={tenant.id} />
      <History of={{ tenantId: id }} />
    </>
  );
}

function Actions({ tenant }: { readonly tenant: Tenant }) {
  const api = useApi();
  const toasts = useToasts();
  const refresh = useRefresh();
  const queries = useQueryClient();
  const [isSuspending, setSuspending] = useState(false);
  const [reason, setReason] = useState('');
  const takeOver = async (changed: Tenant, sentence: string): Promise<void> => {
    queries.setQueryData(['/v1/tenants', 'one', tenant.id], changed);
    toasts.done(sentence);
    setSuspending(false);
    await refresh('/v1/tenants', `/v1/tenants/${tenant.id}/history`);
  };
  const suspend = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/v1/tenants/{id}/suspend', {
          params: { path: { id: tenant.id } },
          body: { reason: reason.trim() || null },
        }),
      ),
    onSuccess: (changed) => takeOver(changed, `${isolated(tenant.name)} is suspended.`),
  });
  const resume = useMutation({
    mutationFn: () => answerOf(api.POST('/v1/tenants/{id}/resume', { params: { path: { id: tenant.id } } })),
    onSuccess: (changed) => takeOver(changed, `${isolated(tenant.name)} is active again.`),
    onError: (error) => toasts.failed(sentenceOf(error)),
  });
  return (
    <>
      <Button
        component={Link}
        href={`/webhooks?tenant=${tenant.id}`}
        variant="default"
        leftSection={<WebhookIcon size={14} />}
      >
        Webhooks
      </Button>
      {tenant.status === 'active' ? (
        <Button variant="default" leftSection={<PauseIcon size={14} />} onClick={() => setSuspending(true)}>
          Suspend …
        </Button>
      ) : (
        <Button leftSection={<PlayIcon size={14} />} loading={resume.isPending} onClick={() => resume.mutate()}>
          Resume
        </Button>
      )}
      {isSuspending && (
        <Confirm
          title={`Suspend ${isolated(tenant.name)}?`}
          action="Suspend"
          danger
          isBusy={suspend.isPending}
          error={suspend.error}
          onConfirm={() => suspend.mutate()}
          onClose={() => setSuspending(false)}
        >
          <p>
            Its deliveries, also those under way, end as failed and can be replayed. Its keys can read, but not change
            anything.
          </p>
          <Textarea
            mt="md"
            label="Reason"
            placeholder="Optional: the reason. The tenant sees it."
            maxLength={500}
            autosize
            minRows={2}
            data-autofocus
            value={reason}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
          />
        </Confirm>
      )}
    </>
  );
}
