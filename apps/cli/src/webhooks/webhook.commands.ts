import type { Command } from 'commander';
import { answerOf } from '../api/client.ts';
import type { CreateWebhook, Webhook } from '../api/openapi.gen.ts';
import { noteNextPage, withPages } from '../session/page-options.ts';
import type { PageOptions } from '../session/page-options.ts';
import type { Perform, Session } from '../session/session.ts';
import { collected, fieldsOf, listed } from './webhook-changes.ts';
import type { WebhookOptions } from './webhook-changes.ts';
import { webhookColumns, webhookFields } from './webhook.view.ts';

/** The part of the help about headers that hold a credential. */
const CREDENTIALS = `
A header with a credential, such as Authorization, is given with --data, from a file or a pipe: others on a machine can see the arguments of a
process. --header replaces the headers of --data, and in update the stored ones; --header "Authorization: ***" keeps a stored credential.`;

interface ListOptions extends PageOptions {
  readonly active?: 'true' | 'false';
  readonly event?: string;
  readonly search?: string;
  readonly tenant?: string;
}

export function registerWebhookCommands(program: Command, perform: Perform): void {
  const webhooks = program.command('webhooks').description('the webhooks of the tenant');
  withPages(webhooks.command('list').description('list them'))
    .option('--active <true|false>', 'only active ones, or only disabled ones')
    .option('--event <type>', 'only those that want this event type')
    .option('--search <text>', 'part of the name or the URL')
    .option('--tenant <id>', 'only of this tenant; for operators')
    .action(perform(list));
  webhooks
    .command('get <id>')
    .description('show one')
    .action(perform(async (session, _, [id = '']) => show(session, await getWebhook(session, id))));
  withFields(webhooks.command('create').description('register a webhook, and show its secret'))
    .option('--tenant <id>', 'the tenant that it belongs to; for operators')
    .addHelpText(
      'after',
      `
Examples:
  $ signet webhooks create --name Accounting --url https://shop.example/hooks --events sale.created,sale.refunded
  $ signet webhooks create --data webhook.json --name "The second one"
${CREDENTIALS}`,
    )
    .action(perform(create));
  withFields(webhooks.command('update <id>').description('change a webhook'))
    .option('--if-version <version>', 'only if it still has this version')
    .addHelpText('after', CREDENTIALS)
    .action(perform(update));
  webhooks
    .command('enable <id>')
    .description('let deliveries go out again')
    .option('--replay-missed', 'also replay what it missed while it was disabled')
    .action(perform(enable));
  webhooks
    .command('disable <id>')
    .description('stop its deliveries')
    .option('--reason <text>', 'why, for people')
    .action(perform(disable));
  webhooks
    .command('delete <id>')
    .description('delete it; deliveries that have not ended are given up')
    .option('--if-version <version>', 'only if it still has this version')
    .action(perform(remove));
  webhooks
    .command('test <id>')
    .description('send it the example of an event type')
    .requiredOption('--event <type>', 'the event type')
    .action(perform(test));
}

const withFields = (command: Command): Command =>
  command
    .option('--name <text>', 'for people')
    .option('--url <url>', 'where deliveries go')
    .option('--events <types>', 'event types, with commas between them', listed)
    .option('--description <text>', 'for people')
    .option('--header <"name: value">', 'added to each request, no credential; may be given several times', collected)
    .option('--data <file>', 'a JSON object with these and all other fields, as in the API; - is stdin');

async function list(session: Session, { limit, cursor, active, event, search, tenant }: ListOptions): Promise<void> {
  const query = { limit, cursor, active, event, q: search, tenantId: tenant };
  const page = await answerOf(session.api.GET('/v1/webhooks', { params: { query } }));
  session.output.table(page, webhookColumns(session.output), page.data, 'There are no such webhooks.');
  noteNextPage(session.output, page.nextCursor);
}

const getWebhook = (session: Session, id: string): Promise<Webhook> =>
  answerOf(session.api.GET('/v1/webhooks/{id}', { params: { path: { id } } }));

const show = ({ output }: Session, webhook: Webhook): void => output.fields(webhook, webhookFields(webhook));

async function create(session: Session, options: WebhookOptions & { tenant?: string }): Promise<void> {
  const { tenant: tenantId } = options;
  const fields = await fieldsOf(session, options);
  const body = { ...fields, ...(tenantId !== undefined && { tenantId }) } as CreateWebhook;
  const webhook = await answerOf(session.api.POST('/v1/webhooks', { body }));
  session.output.fields(webhook, [...webhookFields(webhook), ['secret', webhook.secret]]);
}

const ifMatch = (version: string | undefined): { 'If-Match'?: string } =>
  version === undefined ? {} : { 'If-Match': `"${version}"` };

async function update(
  session: Session,
  options: WebhookOptions & { ifVersion?: string },
  [id = '']: readonly string[],
): Promise<void> {
  const params = { path: { id }, header: ifMatch(options.ifVersion) };
  show(
    session,
    await answerOf(session.api.PATCH('/v1/webhooks/{id}', { params, body: await fieldsOf(session, options) })),
  );
}

async function enable(
  session: Session,
  { replayMissed }: { replayMissed?: true },
  [id = '']: readonly string[],
): Promise<void> {
  const body = replayMissed ? { replay: 'missed' as const } : {};
  show(session, await answerOf(session.api.POST('/v1/webhooks/{id}/enable', { params: { path: { id } }, body })));
}

async function disable(session: Session, { reason }: { reason?: string }, [id = '']: readonly string[]): Promise<void> {
  const body = reason === undefined ? {} : { reason };
  show(session, await answerOf(session.api.POST('/v1/webhooks/{id}/disable', { params: { path: { id } }, body })));
}

async function remove(
  session: Session,
  { ifVersion }: { ifVersion?: string },
  [id = '']: readonly string[],
): Promise<void> {
  await answerOf(session.api.DELETE('/v1/webhooks/{id}', { params: { path: { id }, header: ifMatch(ifVersion) } }));
  session.output.result({ id, deleted: true }, () => [`The webhook ${id} is deleted.`]);
}

async function test(session: Session, { event }: { event: string }, [id = '']: readonly string[]): Promise<void> {
  const call = session.api.POST('/v1/webhooks/{id}/test', { params: { path: { id } }, body: { eventType: event } });
  const requested = await answerOf(call);
  session.output.result(requested, () => [
    `The test goes out as the delivery ${requested.deliveryId}: signet deliveries get ${requested.deliveryId}`,
  ]);
}
