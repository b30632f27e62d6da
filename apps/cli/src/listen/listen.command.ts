import { once } from 'node:events';
import type { Command } from 'commander';
import { answerOf } from '../api/client.ts';
import { followDeliveries } from '../deliveries/follow/follow-deliveries.ts';
import { newAttempts } from '../deliveries/follow/new-attempts.ts';
import { UsageError } from '../errors.ts';
import { safeText } from '../output/safe-text.ts';
import { wholeNumber } from '../session/session.ts';
import type { Perform, Session } from '../session/session.ts';
import { listed } from '../webhooks/webhook-changes.ts';
import { forward } from './forward.ts';
import type { Forwarded, Incoming } from './forward.ts';
import { forwardLine, shownForwardLine } from './forward.view.ts';
import { listenAddress, targetOf } from './listen-addresses.policy.ts';
import type { ListenOptions } from './listen-addresses.policy.ts';
import { Listener } from './listener.ts';
import { createTemporaryWebhook, deleteTemporaryWebhook, leftovers, untilKnown } from './temporary-webhook.ts';
import type { TemporaryWebhook } from './temporary-webhook.ts';

/** Milliseconds between two requests of `--webhook`. */
const POLL_MS = 500;
const MAX_PORT = 65_535;

export function registerListenCommand(program: Command, perform: Perform): void {
  program
    .command('listen')
    .description('forward deliveries to a receiver on this machine, until Ctrl-C')
    .option('--port <port>', 'forward to http://127.0.0.1:<port>/', wholeNumber('--port', 1, MAX_PORT))
    .option('--forward <url>', 'forward to this address')
    .option('--events <types>', 'event types of the temporary webhook, with commas between them; otherwise all', listed)
    .option('--listen-on <host:port>', 'where Signet reaches signet; port 0 is any free one', '127.0.0.1:0')
    .option('--public-url <url>', 'an address that leads to --listen-on, such as that of a tunnel')
    .option('--tenant <id>', 'the tenant of the temporary webhook; for operators')
    .option('--webhook <id>', 'no temporary webhook: forward a copy of each attempt to this one, read from its log')
    .addHelpText(
      'after',
      `
Without --webhook a temporary webhook is registered, whose deliveries come to signet and are forwarded with their headers and signature; what your
receiver answers goes back to Signet, which tries again as usual. SIGNET_WEBHOOK_SECRET gives it the same secret each time. Ctrl-C deletes it.

With --webhook nothing needs to reach this machine. Signet goes on delivering to the webhook's own URL; you see each attempt a moment later, with
the headers and the body that were sent. Headers with credentials come as ***.

Examples:
  $ signet listen --port 3000 --events sale.created,sale.refunded
  $ signet listen --forward http://127.0.0.1:3000/hooks --webhook 01a20a03-6a9d-799e-8f18-38d27e479d8e`,
    )
    .action(perform(listen));
}

async function listen(session: Session, options: ListenOptions): Promise<void> {
  const target = targetOf(options);
  const forwardTo = async (incoming: Incoming): Promise<Forwarded> => {
    const at = session.now();
    const forwarded = await forward(target, incoming);
    const line = forwardLine(at, incoming, forwarded);
    session.output.result(line, () => [shownForwardLine(line, session.output.state)]);
    return forwarded;
  };
  if (options.webhook === undefined) return withTemporaryWebhook(session, options, forwardTo);
  if (options.events !== undefined || options.publicUrl !== undefined || options.tenant !== undefined)
    throw new UsageError('--events, --public-url and --tenant are for a temporary webhook, not for --webhook.');
  return followWebhook(session, options.webhook, forwardTo);
}

type ForwardTo = (incoming: Incoming) => Promise<Forwarded>;

/** Deletes the webhook in any case, before it stops to listen: Signet then has nothing left to send. It stops to listen even if the webhook stays. */
async function withTemporaryWebhook(session: Session, options: ListenOptions, forwardTo: ForwardTo): Promise<void> {
  const { api, output, surroundings } = session;
  const stopped = surroundings.stopped();
  let webhook: TemporaryWebhook | undefined;
  const { host, port } = listenAddress(options.listenOn);
  const nowSeconds = (): number => Math.floor(session.now().getTime() / 1_000);
  const listener = await Listener.start({
    host,
    port,
    secret: () => webhook?.secret,
    nowSeconds,
    onDelivery: forwardTo,
  });
  try {
    for (const id of await leftovers(api))
      output.note(`A temporary webhook of an earlier run is still there. Delete it: signet webhooks delete ${id}`);
    const { data: types } = await answerOf(api.GET('/v1/event-types'));
    webhook = await createTemporaryWebhook(api, {
      url: options.publicUrl ?? `http://${host}:${listener.port}/`,
      events: options.events ?? types.map(({ name }) => name),
      secret: surroundings.env['SIGNET_WEBHOOK_SECRET'] || undefined,
      tenantId: options.tenant,
    });
    if (!(await untilKnown(api, webhook, stopped)) && !stopped.aborted)
      output.note('Delivery does not know the temporary webhook yet: the next messages may not come.');
    const { id, secret } = webhook;
    output.result({ kind: 'listening', webhookId: id, secret }, () => [
      `Forwarding the deliveries of the temporary webhook ${id}. Ctrl-C ends.`,
      `Its secret: ${secret}`,
    ]);
    if (!stopped.aborted) await once(stopped, 'abort');
  } finally {
    try {
      if (webhook !== undefined) await deleteTemporaryWebhook(api, webhook);
    } finally {
      await listener.close();
    }
  }
  output.note('The temporary webhook is deleted.');
}

async function followWebhook(session: Session, webhookId: string, forwardTo: ForwardTo): Promise<void> {
  const { api, output, surroundings } = session;
  const { name } = await answerOf(api.GET('/v1/webhooks/{id}', { params: { path: { id: webhookId } } }));
  const asking = { api, stopped: surroundings.stopped(), note: (sentence: string) => output.note(sentence) };
  const changes = followDeliveries({
    ...{ ...asking, webhookId, sinceMs: 0, intervalMs: POLL_MS },
    onReady: () =>
      output.result({ kind: 'listening', webhookId }, () => [
        `Forwarding a copy of each attempt to the webhook "${safeText(name)}". Ctrl-C ends.`,
      ]),
  });
  for await (const change of changes) {
    if (change.kind === 'waiting') continue;
    for (const { request } of await newAttempts(asking, change))
      await forwardTo({ headers: request.headers, body: Buffer.from(request.body) });
  }
}
