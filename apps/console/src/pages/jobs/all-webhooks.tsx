import { useIdentity } from '../../app/session.tsx';
import { TenantName } from '../../ui/lists/tenant-column.tsx';

/** In place of the webhook of a job that is for all of them. @param tenantId null: of all tenants */
export function AllWebhooks({ tenantId }: { readonly tenantId: string | null }) {
  const { isOperator } = useIdentity();
  if (!isOperator) return 'All';
  if (tenantId === null) return 'All, of all tenants';
  return (
    <>
      All of <TenantName id={tenantId} />
    </>
  );
}
