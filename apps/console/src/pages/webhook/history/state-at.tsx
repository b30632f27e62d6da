import type { ReactNode } from 'react';
import type { Webhook, WebhookState } from '../../../api/model.ts';
import { exactTime } from '../../../format/time.ts';
import { Note } from '../../../ui/forms/form.tsx';
import { Fact, Facts } from '../../../ui/layout/page.tsx';
import { Failed, Loading } from '../../../ui/feedback/states.tsx';
import { Sheet } from '../../../ui/layout/dialog.tsx';
import { changesBetween, CREDENTIALS_NOT_SHOWN, hasCredential, SHOWN } from './shown-fields.ts';
import { useStateAt } from './use-state-at.ts';

interface StateAtProps {
  /** The present webhook. */
  readonly webhook: Webhook;
  readonly at: string;
  readonly onClose: () => void;
}

const VERSION = ['Version', ({ version }: WebhookState) => String(version)] as const;

/** The webhook at an earlier time; a field that has another value now shows it as well. */
export function StateAt({ webhook, at, onClose }: StateAtProps) {
  const then = useStateAt(webhook.id, at);
  const changed = then.data === undefined ? 0 : changesBetween(then.data, webhook).length;
  const hidesValues = hasCredential(then.data?.headers) && hasCredential(webhook.headers);
  return (
    <Sheet onClose={onClose} size={520} title="State at that time">
      <Note tone="accent">
        At {exactTime(new Date(at))}
        {then.data &&
          (changed === 0
            ? `, ${hidesValues ? '' : 'exactly '}as now.`
            : '. Where the present value differs, it is shown below.')}
        {hidesValues && ` ${CREDENTIALS_NOT_SHOWN}`}
      </Note>
      {then.error ? (
        <Failed error={then.error} />
      ) : then.data === undefined ? (
        <Loading lines={10} />
      ) : (
        <Facts>
          {[...SHOWN, VERSION].map(([name, of]) => (
            <Fact key={name} name={name}>
              <Value then={of(then.data)} now={of(webhook)} />
            </Fact>
          ))}
        </Facts>
      )}
    </Sheet>
  );
}

function Value({ then, now }: { readonly then: string; readonly now: string }): ReactNode {
  if (then === now) return then;
  return (
    <>
      <strong>{then}</strong>
      <div className="soft">now: {now}</div>
    </>
  );
}
