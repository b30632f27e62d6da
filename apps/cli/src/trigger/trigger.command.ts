import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { answerOf } from '../api/client.ts';
import type { CloudEvent } from '../api/openapi.gen.ts';
import { ApiProblem } from '../api/problem.ts';
import { Refusal } from '../errors.ts';
import { eventTypeOf } from '../event-types/event-type.commands.ts';
import { readJsonObject } from '../session/read-input.ts';
import type { Perform, Session } from '../session/session.ts';

interface TriggerOptions {
  readonly data?: string;
  readonly subject?: string;
  readonly tenant?: string;
  readonly id?: string;
  readonly source: string;
}

const SOURCE = '/signet/cli';

export function registerTriggerCommand(program: Command, perform: Perform): void {
  program
    .command('trigger <event-type>')
    .description('publish an event, as a producer does')
    .option('--data <file>', 'the payload, a JSON object; - is stdin. Otherwise the example of the catalogue')
    .option('--subject <id>', 'the object that it is about')
    .option('--tenant <id>', 'the tenant; needed with a key that belongs to none')
    .option('--id <id>', 'the id of the event; the same id and source again are the same message')
    .option('--source <uri>', 'who sends it', SOURCE)
    .addHelpText(
      'after',
      `
It needs the key of a producer (signet login with that key too, or SIGNET_PRODUCER_KEY) or of an operator. The event goes to every webhook of the
tenant that wants its type, as a real one would. To try a single webhook: signet webhooks test.

Examples:
  $ signet trigger sale.created --subject S-1
  $ jq '{saleId: .id, total: .amount}' sale.json | signet trigger sale.created --data -`,
    )
    .action(perform(trigger));
}

async function trigger(session: Session, options: TriggerOptions, [name = '']: readonly string[]): Promise<void> {
  const { subject, tenant, source, id = randomUUID() } = options;
  const data =
    options.data === undefined
      ? (await eventTypeOf(session.api, name)).example
      : await readJsonObject(options.data, session.surroundings.stdin);
  const event: CloudEvent = {
    specversion: '1.0',
    id,
    source,
    type: name as CloudEvent['type'],
    time: session.now().toISOString(),
    datacontenttype: 'application/json',
    ...(subject !== undefined && { subject }),
    ...(tenant !== undefined && { tenantid: tenant }),
    data: data as CloudEvent['data'],
  };
  const { eventId } = await publish(session, event);
  session.output.result({ eventType: name, id, source, eventId }, () => [
    `Published ${name} with the webhook-id ${eventId}: signet deliveries list --event-id ${eventId}`,
  ]);
}

async function publish({ producerApi }: Session, event: CloudEvent): Promise<{ readonly eventId: string }> {
  const headers = { 'content-type': 'application/cloudevents+json' };
  try {
    const { results } = await answerOf(producerApi.POST('/v1/events', { headers, body: event }));
    const [result] = results;
    if (result?.eventId === undefined) throw new Refusal(result?.error?.detail ?? 'The event was refused.');
    return { eventId: result.eventId };
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 403)
      throw error.withAdvice(
        'signet trigger needs the key of a producer: run signet login with it, too, or set SIGNET_PRODUCER_KEY.',
      );
    throw error;
  }
}
