import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf } from '../../api/client.ts';
import { keysPathOf, useRefresh } from '../../api/queries.ts';
import type { ApiKey, Page } from '../../api/model.ts';
import { lazily } from '../../app/lazily.tsx';
import { useApi, useIdentity } from '../../app/session.tsx';
import { actorParts, counted } from '../../format/text.ts';
import { Confirm } from '../../ui/layout/confirm.tsx';
import { KeyIcon, PlusIcon } from '../../ui/display/icons.tsx';
import { Section } from '../../ui/layout/page.tsx';
import { PagedTable } from '../../ui/lists/paged-table.tsx';
import { usePages } from '../../ui/lists/pager.tsx';
import { Empty } from '../../ui/feedback/states.tsx';
import { Tag } from '../../ui/feedback/status.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { Ago } from '../../ui/display/time.tsx';
import { useToasts } from '../../ui/feedback/toasts.tsx';
import { Name } from '../../ui/display/name.tsx';
import { isolated } from '../../format/visible.ts';

const CreateKey = lazily(async () => (await import('./create-key.tsx')).CreateKey);

const ROLES = { operator: 'Operator', tenant: 'Tenant', producer: 'Producer' } as const;

const COLUMNS: readonly Column<ApiKey>[] = [
  { name: 'Name', width: '24%', narrow: 'head', cell: (key) => <KeyName apiKey={key} /> },
  { name: 'Role', width: '104px', cell: ({ role }) => ROLES[role] },
  { name: 'Begins with', width: '150px', cell: ({ prefix }) => <code>{prefix}…</code> },
  {
    name: 'May',
    wide: true,
    narrow: 'hidden',
    cell: (key) => <span className="truncate soft">{limitsOf(key)}</span>,
  },
  {
    name: 'Created by',
    width: '17%',
    narrow: 'hidden',
    cell: ({ createdBy }) => <Name className="truncate">{actorParts(createdBy).name}</Name>,
  },
  { name: 'Created', width: '112px', cell: ({ createdAt }) => <Ago at={createdAt} /> },
  { name: '', width: '96px', align: 'end', cell: (key) => <Revoke apiKey={key} /> },
];

/**
 * Keys of a tenant, or (null) keys that belong to none. Only their first characters are shown, since Signet does not
 * store the rest.
 */
export function KeyList({ tenantId }: { readonly tenantId: string | null }) {
  const [isOpen, { open, close }] = useDisclosure();
  const api = useApi();
  const pages = usePages(
    keysPathOf(tenantId),
    {},
    (query, signal): Promise<Page<ApiKey>> =>
      tenantId === null
        ? answerOf(api.GET('/v1/api-keys', { params: { query }, signal }))
        : answerOf(api.GET('/v1/tenants/{tenantId}/api-keys', { params: { path: { tenantId }, query }, signal })),
    { param: 'keysPage' },
  );
  const create = (
    <Button variant="default" leftSection={<PlusIcon size={13} />} onClick={open}>
      Create key
    </Button>
  );
  return (
    <Section title={tenantId === null ? 'Keys' : 'API keys'} actions={create} flush>
      <PagedTable
        pages={pages}
        label="API keys"
        columns={COLUMNS}
        idOf={({ id }) => id}
        loadingRows={3}
        empty={<Empty title="No keys yet" icon={<KeyIcon size={20} />} />}
      />
      {isOpen && <CreateKey tenantId={tenantId} onClose={close} />}
    </Section>
  );
}

function KeyName({ apiKey }: { readonly apiKey: ApiKey }) {
  const { key: own } = useIdentity();
  return (
    <span>
      <strong style={{ fontWeight: 550 }}>
        <Name>{apiKey.name}</Name>
      </strong>{' '}
      {own.id === apiKey.id && <Tag>Yours</Tag>}
    </span>
  );
}

function limitsOf({ role, eventTypes, tenants }: ApiKey): string {
  if (role === 'operator') return 'Everything';
  if (role === 'tenant') return 'Its webhooks and deliveries';
  const types = eventTypes === null ? 'Any event' : counted(eventTypes.length, 'event type');
  return tenants === null ? `${types}` : `${types} of ${counted(tenants.length, 'tenant')}`;
}

function Revoke({ apiKey }: { readonly apiKey: ApiKey }) {
  const api = useApi();
  const toasts = useToasts();
  const refresh = useRefresh();
  const { key: own } = useIdentity();
  const [isAsking, setAsking] = useState(false);
  const revocation = useMutation({
    mutationFn: () => api.DELETE('/v1/api-keys/{id}', { params: { path: { id: apiKey.id } } }),
    onSuccess: async () => {
      setAsking(false);
      toasts.done(`The key ${isolated(apiKey.name)} is revoked.`);
      await refresh(keysPathOf(apiKey.tenantId));
    },
  });
  return (
    <>
      <Button variant="default" size="compact-xs" aria-label={`Revoke ${apiKey.name}`} onClick={() => setAsking(true)}>
        Revoke …
      </Button>
      {isAsking && (
        <Confirm
          title={`Revoke ${isolated(apiKey.name)}?`}
          action="Revoke key"
          danger
          isBusy={revocation.isPending}
          error={revocation.error}
          onConfirm={() => revocation.mutate()}
          onClose={() => setAsking(false)}
        >
          Every service refuses the key within seconds, and every program that uses it is locked out.
          {own.id === apiKey.id && <strong> It is the key that you are signed in with.</strong>}
        </Confirm>
      )}
    </>
  );
}
