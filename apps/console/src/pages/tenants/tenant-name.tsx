import { useRefresh } from '../../api/queries.ts';
import type { Tenant } from '../../api/model.ts';
import { useApi } from '../../app/session.tsx';
import { InlineEdit } from '../../ui/forms/inline-edit.tsx';
import { Name } from '../../ui/display/name.tsx';

export function TenantName({ tenant }: { readonly tenant: Tenant }) {
  const api = useApi();
  const refresh = useRefresh();
  return (
    <InlineEdit
      what="the name"
      field="name"
      value={tenant.name}
      shown={<Name>{tenant.name}</Name>}
      onSave={async (name) => {
        await api.PATCH('/v1/tenants/{id}', { params: { path: { id: tenant.id } }, body: { name } });
        await refresh('/v1/tenants', `/v1/tenants/${tenant.id}/history`);
      }}
    />
  );
}
