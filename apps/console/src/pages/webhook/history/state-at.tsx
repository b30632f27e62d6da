import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { answerOf } from '../../../api/client.ts';
import type { Webhook, WebhookState } from '../../../api/model.ts';
import { useApi } from '../../../app/session.tsx';
import { exactTime } from '../../../format/time.ts';
import { Note } from '../../../ui/forms/form.tsx';
import { Fact, Facts } from '../../../ui/layout/page.tsx';
import { Failed, Loading } from '../../../ui/feedback/states.tsx';
import { Sheet } from '../../../ui/layout/dialog.tsx';

interface StateAtProps {
  /** The present webhook. */
  readonly webhook: Webhook;
  readonly at: string;
  readonly onClose: () => void;
}

type Shown = readonly (readonly [name: string, of: (webhook: WebhookState) => string])[];

const orNone = (value: unknown): string => (value === null || value === '' ? 'None' : String(value));
const SHOWN: Shown = [
  ['State', ({ isActive }) => (isActive ? 'Active' : 'Disabled')],
  ['Failures in a row', ({ consecutiveFailures }) => String(consecutiveFailures)],
  ['Name', ({ name }) => name],
  ['URL', ({ url }) => url],
  ['Description', ({ description }) => orNone(description)],
  ['Events', ({ eventNames }) => eventNames.join(', ')],
  [
    'Headers',
    ({ headers }) =>
      orNone(
        Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}`)
          .join('; '),
      ),
  ],
  ['Attempts at most', ({ maxAttempts }) => orNone(maxAttempts)],
  ['Time-out', ({ requestTimeoutMs }) => (requestTimeoutMs === null ? 'None' : `${requestTimeoutMs} ms`)],
  ['Rate limit', ({ rateLimitPerSecond }) => orNone(rateLimitPerSecond)],
  ['Order', ({ ordering }) => (ordering === 'subject' ? 'In order, per object' : 'As fast as possible')],
  ['Legacy signature', ({ legacySignatureHeader }) => orNone(legacySignatureHeader)],
  ['Version', ({ version }) => String(version)],
];

/** The webhook at an earlier time; a field that has another value now shows it as well. */
export function StateAt({ webhook, at, onClose }: StateAtProps) {
  const api = useApi();
  const then = useQuery({
    queryKey: ['/v1/webhooks', 'state', webhook.id, at],
    queryFn: async ({ signal }) =>
      // With a time, the answer is the state at that time.
      (await answerOf(
        api.GET('/v1/webhooks/{id}/history', { params: { path: { id: webhook.id }, query: { at } }, signal }),
      )) as WebhookState,
    staleTime: Infinity,
  });
  const changed = then.data === undefined ? 0 : SHOWN.filter(([, of]) => of(then.data) !== of(webhook)).length;
  return (
    <Sheet onClose={onClose} size={520} title="State at that time">
      <Note tone="accent">
        At {exactTime(new Date(at))}
        {then.data && (changed === 0 ? ', exactly as now.' : '. Where the present value differs, it is shown below.')}
      </Note>
      {then.error ? (
        <Failed error={then.error} />
      ) : then.data === undefined ? (
        <Loading lines={10} />
      ) : (
        <Facts>
          {SHOWN.map(([name, of]) => (
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
