import { Link } from 'wouter';
import { ApiProblem } from '../../api/problem.ts';
import { useWebhook } from '../../api/queries.ts';
import { Name } from '../../ui/display/name.tsx';

interface NamedWebhookLinkProps {
  readonly id: string;
  /** null: the webhook is deleted. */
  readonly name: string | null;
}

export const NamedWebhookLink = ({ id, name }: NamedWebhookLinkProps) =>
  name === null ? (
    <em className="faint">Deleted</em>
  ) : (
    <Link href={`/webhooks/${id}`} className="truncate">
      <Name>{name}</Name>
    </Link>
  );

/** The webhook with this id, by its name. The name is read when the link appears; the start of the id is shown where that fails. */
export function WebhookLink({ id }: { readonly id: string }) {
  const { data, error } = useWebhook(id, { isRefreshed: false });
  const isDeleted = data === undefined && error instanceof ApiProblem && error.status === 404;
  return <NamedWebhookLink id={id} name={isDeleted ? null : (data?.name ?? (error ? id.slice(0, 8) : '…'))} />;
}
