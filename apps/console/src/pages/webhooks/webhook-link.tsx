import { Link } from 'wouter';
import { useWebhook } from '../../api/queries.ts';
import { Name } from '../../ui/display/name.tsx';

/** The webhook with this id, by its name. The name is read once for each webhook, and kept. */
export function WebhookLink({ id }: { readonly id: string }) {
  const { data, error } = useWebhook(id);
  if (error) return <em className="faint">Deleted</em>;
  return (
    <Link href={`/webhooks/${id}`} className="truncate">
      <Name>{data?.name ?? '…'}</Name>
    </Link>
  );
}
