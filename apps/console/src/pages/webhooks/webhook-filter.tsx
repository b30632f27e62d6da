import { useWebhook } from '../../api/queries.ts';
import { lazily } from '../../app/lazily.tsx';
import { visible } from '../../format/visible.ts';
import { Chip } from '../../ui/lists/filters.tsx';
import type { Filters } from '../../ui/lists/filters.tsx';

const WebhookChoice = lazily(async () => (await import('../../ui/forms/webhook-choice.tsx')).WebhookChoice);

/** Chooses one of many webhooks; the list to choose from can be searched. */
export function WebhookFilter({ filters }: { readonly filters: Filters }) {
  const id = filters.get('webhook');
  const chosen = useWebhook(id, { isWanted: id !== '' });
  return (
    <Chip
      name="Webhook"
      value={id === '' ? undefined : chosen.data === undefined ? id.slice(0, 8) : visible(chosen.data.name)}
      onClear={() => filters.set('webhook', '')}
    >
      {(close) => (
        <WebhookChoice
          label="Webhook"
          isLabelHidden
          placeholder="Search for a webhook"
          chosen={chosen.data}
          onChange={(webhook) => {
            filters.set('webhook', webhook?.id ?? '');
            close();
          }}
        />
      )}
    </Chip>
  );
}
