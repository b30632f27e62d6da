import { Button, Group, MultiSelect, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf } from '../../api/client.ts';
import type { ApiClient } from '../../api/client.ts';
import { errorsByField } from '../../api/problem.ts';
import { keysPathOf, useEventTypes, useRefresh, useTenants } from '../../api/queries.ts';
import type { CreateApiKey, CreatedApiKey, CreateTenantApiKey, Role } from '../../api/model.ts';
import { useApi } from '../../app/session.tsx';
import { NewSecret } from '../../ui/display/copy.tsx';
import { Problems } from '../../ui/forms/form.tsx';
import { Dialog } from '../../ui/layout/dialog.tsx';

interface CreateKeyProps {
  /** null: a key that belongs to no tenant. */
  readonly tenantId: string | null;
  readonly onClose: () => void;
}

const ROLES: Readonly<Record<Role, string>> = { operator: 'Operator', tenant: 'Tenant', producer: 'Producer' };
const LEADS: Readonly<Record<Role, string>> = {
  operator: 'Sees and changes everything, of every tenant.',
  tenant: "Manages the tenant's webhooks and reads its deliveries. Signs in to this console.",
  producer: 'Sends events, and can do nothing else.',
};

interface KeyFields {
  readonly name: string;
  readonly role: Role;
  readonly eventTypes?: readonly string[];
  readonly tenants?: readonly string[];
}

/** A role that a key of this kind cannot have is refused by the server. */
function createKey(api: ApiClient, tenantId: string | null, fields: KeyFields): Promise<CreatedApiKey> {
  return tenantId === null
    ? answerOf(api.POST('/v1/api-keys', { body: fields as CreateApiKey }))
    : answerOf(
        api.POST('/v1/tenants/{tenantId}/api-keys', {
          params: { path: { tenantId } },
          body: fields as CreateTenantApiKey,
        }),
      );
}

export function CreateKey({ tenantId, onClose }: CreateKeyProps) {
  const api = useApi();
  const refresh = useRefresh();
  const eventTypes = useEventTypes();
  const tenants = useTenants(tenantId === null);
  const [name, setName] = useState('');
  // No role is preselected: the user must choose deliberately to create a key with all rights.
  const [role, setRole] = useState<Role>();
  const [types, setTypes] = useState<string[]>([]);
  const [sendsFor, setSendsFor] = useState<string[]>([]);
  const isProducer = role === 'producer';
  const creation = useMutation({
    mutationFn: () =>
      createKey(api, tenantId, {
        name: name.trim(),
        role: role ?? 'producer',
        ...(isProducer && types.length > 0 && { eventTypes: types }),
        ...(isProducer && tenantId === null && sendsFor.length > 0 && { tenants: sendsFor }),
      }),
    onSuccess: () => refresh(keysPathOf(tenantId)),
    // The new key must not stay in the query cache: it is only on the screen.
    gcTime: 0,
  });
  if (creation.data) return <CreatedKey created={creation.data} onClose={onClose} />;
  const errors = errorsByField(creation.error, ['name', 'role', 'eventTypes', 'tenants']);
  return (
    <Dialog onClose={onClose} title="Create key">
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
            description="For people: who or what uses this key."
            placeholder="Till 2"
            data-autofocus
            maxLength={255}
            value={name}
            error={errors.fields['name']}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <Radio.Group
            label="Role"
            value={role ?? null}
            error={errors.fields['role']}
            onChange={(value) => setRole(value as Role)}
          >
            <Stack gap={9} mt={6}>
              {(tenantId === null ? (['operator', 'producer'] as const) : (['tenant', 'producer'] as const)).map(
                (one) => (
                  <Radio key={one} size="xs" value={one} label={ROLES[one]} description={LEADS[one]} />
                ),
              )}
            </Stack>
          </Radio.Group>
          {isProducer && (
            <MultiSelect
              label="Event types"
              placeholder={types.length === 0 ? 'All' : ''}
              searchable
              data={(eventTypes.data ?? [])
                .filter(({ domain }) => domain !== 'webhook')
                .map((type) => ({ value: type.name, label: type.displayName }))}
              value={types}
              error={errors.fields['eventTypes']}
              onChange={setTypes}
            />
          )}
          {isProducer && tenantId === null && (
            <MultiSelect
              label="Tenants"
              placeholder={sendsFor.length === 0 ? 'All' : ''}
              searchable
              data={(tenants.data ?? []).map((tenant) => ({ value: tenant.id, label: tenant.name }))}
              value={sendsFor}
              error={errors.fields['tenants']}
              onChange={setSendsFor}
            />
          )}
          <Problems sentences={errors.rest} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={role === undefined} loading={creation.isPending}>
              Create key
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function CreatedKey({ created, onClose }: { readonly created: CreatedApiKey; readonly onClose: () => void }) {
  return (
    <Dialog onClose={onClose} title={`${created.name} is ready`} closeOnClickOutside={false}>
      <Text size="md">Copy the key now: it is shown only once. Not even an operator can read it later.</Text>
      <NewSecret text={created.key} what="the key" testId="api-key" />
      <Group justify="flex-end" mt="lg">
        <Button onClick={onClose}>I have it</Button>
      </Group>
    </Dialog>
  );
}
