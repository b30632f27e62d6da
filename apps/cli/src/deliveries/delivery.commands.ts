import type { Command } from 'commander';
import { answerOf } from '../api/client.ts';
import { tableLines } from '../output/table.ts';
import { fieldLines } from '../output/fields.ts';
import { noteNextPage, withPages } from '../session/page-options.ts';
import type { PageOptions } from '../session/page-options.ts';
import { momentOf } from '../session/moments.ts';
import type { Perform, Session } from '../session/session.ts';
import { withDeliveryFilters } from './delivery-filters.ts';
import type { DeliveryFilterOptions } from './delivery-filters.ts';
import { attemptColumns, deliveryColumns, deliveryFields, detailFields } from './delivery.view.ts';
import { registerTailCommand } from './tail.command.ts';

interface ListOptions extends DeliveryFilterOptions, PageOptions {
  readonly eventId?: string;
  readonly subject?: string;
  readonly since?: string;
  readonly until?: string;
  readonly search?: string;
}

export function registerDeliveryCommands(program: Command, perform: Perform): void {
  const deliveries = program.command('deliveries').description('messages on their way to webhooks');
  withPages(withDeliveryFilters(deliveries.command('list').description('list them, newest first')))
    .option('--event-id <id>', 'only of this message: the webhook-id that receivers see')
    .option('--subject <id>', 'only of messages about this object')
    .option('--since <time>', 'created at or after: 2026-11-23T18:00:00Z, or 2h for two hours ago')
    .option('--until <time>', 'created before')
    .option('--search <text>', 'part of webhook name, event type or error message')
    .action(perform(list));
  deliveries
    .command('get <id>')
    .description('show one with its payload and its attempts')
    .action(perform((session, _, [id = '']) => get(session, id)));
  deliveries
    .command('retry <id>')
    .description('send it now, once more')
    .action(perform((session, _, [id = '']) => retry(session, id)));
  registerTailCommand(withDeliveryFilters(deliveries.command('tail')), perform);
}

async function list(session: Session, options: ListOptions): Promise<void> {
  const { limit, cursor, webhook: webhookId, status, eventType, eventId, subject, since, until, search: q } = options;
  const query = {
    ...{ limit, cursor, webhookId, status, eventType, eventId, subject, q },
    ...(since !== undefined && { createdAfter: momentOf(since, session.now()) }),
    ...(until !== undefined && { createdBefore: momentOf(until, session.now()) }),
  };
  const page = await answerOf(session.api.GET('/v1/deliveries', { params: { query } }));
  session.output.table(page, deliveryColumns(session.output), page.data, 'There are no such deliveries.');
  noteNextPage(session.output, page.nextCursor);
}

async function get({ api, output }: Session, id: string): Promise<void> {
  const params = { path: { id } };
  const [delivery, { data: attempts }] = await Promise.all([
    answerOf(api.GET('/v1/deliveries/{id}', { params })),
    answerOf(api.GET('/v1/deliveries/{id}/attempts', { params })),
  ]);
  output.result({ ...delivery, attempts }, () => [
    ...fieldLines(detailFields(delivery)),
    ...(attempts.length === 0 ? [] : ['', ...tableLines(attemptColumns(output), attempts)]),
  ]);
}

async function retry({ api, output }: Session, id: string): Promise<void> {
  const delivery = await answerOf(api.POST('/v1/deliveries/{id}/retry', { params: { path: { id } } }));
  output.fields(delivery, deliveryFields(delivery));
}
