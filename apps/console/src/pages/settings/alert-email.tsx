import { useRefresh } from '../../api/queries.ts';
import type { Tenant } from '../../api/model.ts';
import { useApi } from '../../app/session.tsx';
import { Note } from '../../ui/forms/form.tsx';
import { InlineEdit } from '../../ui/forms/inline-edit.tsx';
import { None } from '../../ui/layout/page.tsx';

/** The address that gets the alerts about a tenant's webhooks; a tenant sets its own. */
export function AlertEmail({ tenant }: { readonly tenant: Tenant }) {
  const api = useApi();
  const refresh = useRefresh();
  return (
    <>
      <InlineEdit
        what="the alert e-mail"
        field="alertEmail"
        type="email"
        value={tenant.alertEmail ?? ''}
        shown={tenant.alertEmail ?? <None>None</None>}
        placeholder="ops@shop.example; empty: no alerts"
        onSave={async (text) => {
          await api.PATCH('/v1/tenants/{id}', {
            params: { path: { id: tenant.id } },
            body: { alertEmail: text === '' ? null : text },
          });
          await refresh('/v1/tenants', `/v1/tenants/${tenant.id}/history`);
        }}
      />
      {tenant.alertEmailWarning !== null && <Note tone="warn">{tenant.alertEmailWarning}</Note>}
    </>
  );
}
