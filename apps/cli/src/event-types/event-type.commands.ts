import type { Command } from 'commander';
import { answerOf } from '../api/client.ts';
import type { Api } from '../api/client.ts';
import type { EventType } from '../api/openapi.gen.ts';
import { UsageError } from '../errors.ts';
import { fieldLines } from '../output/fields.ts';
import type { Perform, Session } from '../session/session.ts';

export function registerEventTypeCommands(program: Command, perform: Perform): void {
  const eventTypes = program.command('event-types').description('the catalogue of event types');
  eventTypes.command('list').description('list them').action(perform(list));
  eventTypes
    .command('show <name>')
    .description('show the schema and the example of one')
    .action(perform((session, _, [name = '']) => show(session, name)));
}

/** @throws UsageError with the known names */
export async function eventTypeOf(api: Api, name: string): Promise<EventType> {
  const { data } = await answerOf(api.GET('/v1/event-types'));
  const found = data.find((one) => one.name === name);
  if (found === undefined)
    throw new UsageError(`There is no event type "${name}". There are: ${data.map((one) => one.name).join(', ')}.`);
  return found;
}

async function list({ api, output }: Session): Promise<void> {
  const page = await answerOf(api.GET('/v1/event-types'));
  output.table(
    page,
    [
      { title: 'NAME', of: ({ name }) => name },
      { title: 'VERSION', of: ({ version }) => String(version) },
      { title: 'TITLE', of: ({ displayName }) => displayName, isFlexible: true },
      { title: 'DESCRIPTION', of: ({ description }) => description, isFlexible: true },
    ],
    page.data,
    'The catalogue is empty.',
  );
}

async function show({ api, output }: Session, name: string): Promise<void> {
  const type = await eventTypeOf(api, name);
  output.result(type, () => [
    ...fieldLines([
      ['name', type.name],
      ['title', type.displayName],
      ['domain', type.domain],
      ['version', type.version],
      ['description', type.description],
    ]),
    '',
    'Example:',
    JSON.stringify(type.example, null, 2),
    '',
    'JSON Schema:',
    JSON.stringify(type.schema, null, 2),
  ]);
}
