import type { UnreadableWebhook } from './unreadable.ts';

export type Asked = { readonly kind: 'list' } | { readonly kind: 'remove'; readonly ids: readonly string[] };

export const USAGE = `Usage:
  list              the webhooks on Kafka whose record cannot be opened
  remove <id> …     takes records off Kafka of webhooks that the registry does not have`;

/** Parses the arguments; undefined when they are wrong, and the usage must be shown. */
export function askedOf([command = 'list', ...ids]: readonly string[]): Asked | undefined {
  if (command === 'list' && ids.length === 0) return { kind: 'list' };
  return command === 'remove' && ids.length > 0 ? { kind: 'remove', ids } : undefined;
}

/** Two lines for each webhook. */
export function listed(webhooks: readonly UnreadableWebhook[]): string {
  if (webhooks.length === 0) return 'Every webhook on Kafka can be opened.';
  return webhooks
    .map(({ id, tenantId, name, url, reason, isKnown }) => {
      const what = [name && `"${name}"`, tenantId && `of ${tenantId}`, url && `to ${url}`].filter(Boolean).join(' ');
      const remedy = isKnown
        ? `The registry has it: add the key, rotate its secret, or DELETE /v1/webhooks/${id}.`
        : `The registry does not have it: remove ${id} takes it off Kafka.`;
      return `${id}  ${what}\n  ${reason} ${remedy}`;
    })
    .join('\n');
}

/** The reason, as a sentence, for which one of these ids must not be removed; undefined when all may be removed. */
export function reasonAgainstRemoval(
  ids: readonly string[],
  webhooks: readonly UnreadableWebhook[],
): string | undefined {
  for (const id of ids) {
    const webhook = webhooks.find((one) => one.id === id);
    if (webhook === undefined) return `${id} is not a webhook on Kafka that cannot be opened; nothing is removed.`;
    if (webhook.isKnown) return `The registry has ${id}: delete it with DELETE /v1/webhooks/${id}; nothing is removed.`;
  }
  return undefined;
}
