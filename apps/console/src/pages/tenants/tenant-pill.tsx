import type { Tenant } from '../../api/model.ts';
import { Pill } from '../../ui/feedback/status.tsx';

export const TenantPill = ({ status }: { readonly status: Tenant['status'] }) =>
  status === 'active' ? <Pill tone="good">Active</Pill> : <Pill tone="bad">Suspended</Pill>;
