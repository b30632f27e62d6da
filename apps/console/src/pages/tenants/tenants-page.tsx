import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { answerOf } from '../../api/client.ts';
import { errorsByField } from '../../api/problem.ts';
import { useRefresh } from '../../api/queries.ts';
import type { Tenant } from '../../api/model.ts';
import { useApi } from '../../app/session.tsx';
import { Problems } from '../../ui/forms/form.tsx';
import { PlusIcon, TenantsIcon } from '../../ui/display/icons.tsx';
import { Card, PageHead } from '../../ui/layout/page.tsx';
import { PagedTable } from '../../ui/lists/paged-table.tsx';
import { usePages } from '../../ui/lists/pager.tsx';
import { Empty } from '../../ui/feedback/states.tsx';
import type { Column } from '../../ui/lists/table.tsx';
import { Ago } from '../../ui/display/time.tsx';
import { TenantPill } from './tenant-pill.tsx';
import { Dialog } from '../../ui/layout/dialog.tsx';
import { Name } from '../../ui/display/name.tsx';

const COLUMNS: readonly Column<Tenant>[] = [
  {
    name: 'Tenant',
    narrow: 'head',
    cell: ({ name }) => (
      <strong style={{ fontWeight: 550 }}>
        <Name>{name}</Name>
      </strong>
    ),
  },
  { name: 'Id', width: '30%', cell: ({ id }) => <code className="truncate soft">{id}</code> },
  { name: 'Status', width: '120px', narrow: 'corner', cell: ({ status }) => <TenantPill status={status} /> },
  {
    name: 'Alerts go to',
    width: '22%',
    cell: ({ alertEmail }) => <span className="truncate">{alertEmail ?? <span className="faint">None</span>}</span>,
  },
  { name: 'Created', width: '112px', cell: ({ createdAt }) => <Ago at={createdAt} /> },
];

export function TenantsPage() {
  const [isOpen, { open, close }] = useDisclosure();
  const api = useApi();
  const pages = usePages('/v1/tenants', {}, (query, signal) =>
    answerOf(api.GET('/v1/tenants', { params: { query }, signal })),
  );
  const create = (
    <Button leftSection={<PlusIcon size={14} />} onClick={open}>
      Create tenant
    </Button>
  );
  return (
    <>
      <PageHead
        title="Tenants"
        lead="The owners of webhooks. Each tenant sees its own webhooks and deliveries only."
        actions={create}
      />
      <Card>
        <PagedTable
          pages={pages}
          label="Tenants"
          columns={COLUMNS}
          idOf={({ id }) => id}
          hrefOf={({ id }) => `/tenants/${id}`}
          empty={<Empty title="No tenants yet" icon={<TenantsIcon size={20} />} action={create} />}
        />
      </Card>
      {isOpen && <CreateTenant onClose={close} />}
    </>
  );
}

function CreateTenant({ onClose }: { readonly onClose: () => void }) {
  const api = useApi();
  const refresh = useRefresh();
  const [, go] = useLocation();
  const [name, setName] = useState('');
  const [id, setId] = useState('');
  const creation = useMutation({
    mutationFn: () =>
      answerOf(api.POST('/v1/tenants', { body: { name: name.trim(), ...(id.trim() !== '' && { id: id.trim() }) } })),
    onSuccess: async (tenant) => {
      await refresh('/v1/tenants');
      go(`/tenants/${tenant.id}`);
    },
  });
  const errors = errorsByField(creation.error, ['name', 'id']);
  return (
    <Dialog onClose={onClose} title="Create tenant">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          creation.mutate();
        }}
      >
        <Stack gap="md">
          <TextInput
            label="Name"
            placeholder="Antwerp Jewels"
            data-autofocus
            value={name}
            error={errors.fields['name']}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <TextInput
            label="Id"
            description="Producers name it in each event. Empty: a new UUID."
            placeholder="antwerp-jewels"
            spellCheck={false}
            value={id}
            error={errors.fields['id']}
            onChange={({ currentTarget }) => setId(currentTarget.value)}
          />
          <Problems sentences={errors.rest} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={creation.isPending}>
              Create tenant
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
