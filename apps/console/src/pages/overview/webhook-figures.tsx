import type { Page, Webhook } from '../../api/model.ts';
import { number } from '../../format/text.ts';
import { healthOf } from '../../state/health.ts';
import type { KnownCircuit } from '../../state/health.ts';
import { Figure } from '../../statistics/figures.tsx';

interface WebhookFiguresProps {
  readonly webhooks: Page<Webhook> | undefined;
  readonly circuits: (webhookId: string) => KnownCircuit;
}

/** How many webhooks are active, and how many are in trouble. */
export function WebhookFigures({ webhooks, circuits }: WebhookFiguresProps) {
  const health = webhooks?.data.map((webhook) => healthOf(webhook, circuits(webhook.id)));
  const troubled = health?.filter(
    (one) => one === 'failing' || one === 'held_back' || one === 'disabled_automatically',
  ).length;
  const disabled = health?.filter((one) => one.startsWith('disabled')).length;
  const more = webhooks?.nextCursor ? '+' : '';
  return (
    <>
      <Figure
        name="Active webhooks"
        value={health && `${number(health.length - (disabled ?? 0))}${more}`}
        note={disabled === undefined ? undefined : disabled === 0 ? 'none is disabled' : `${number(disabled)} disabled`}
        href="/webhooks"
      />
      <Figure
        name="Need attention"
        value={troubled === undefined ? undefined : number(troubled)}
        tone={troubled ? 'warn' : undefined}
        note="failing, held back, or disabled by Signet"
      />
    </>
  );
}
