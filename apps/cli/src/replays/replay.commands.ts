import { Option } from 'commander';
import type { Command } from 'commander';
import { answerOf } from '../api/client.ts';
import type { Replay } from '../api/openapi.gen.ts';
import type { Field } from '../output/fields.ts';
import { momentOf, shownTime } from '../session/moments.ts';
import { noteNextPage, withPages } from '../session/page-options.ts';
import type { PageOptions } from '../session/page-options.ts';
import type { Perform, Session } from '../session/session.ts';

interface CreateOptions {
  readonly since: string;
  readonly until?: string;
  readonly status: Replay['status'];
  readonly preview?: true;
}

interface ListOptions extends PageOptions {
  readonly webhook?: string;
  readonly state?: Replay['state'];
}

const STATUSES: readonly Replay['status'][] = ['failed', 'all', 'missed'];
const STATES: readonly Replay['state'][] = ['running', 'completed', 'cancelled', 'failed'];

export function registerReplayCommands(program: Command, perform: Perform): void {
  const replays = program.command('replay').description('send the messages of a time range to a webhook again');
  replays
    .command('create <webhook-id>')
    .description('begin a replay, or only count its messages')
    .requiredOption('--since <time>', 'begin of the range: 2026-11-23T18:00:00Z, or 2h for two hours ago')
    .option('--until <time>', 'end of the range; otherwise now')
    .addOption(new Option('--status <status>', 'which messages').choices(STATUSES).default('failed'))
    .option('--preview', 'send nothing; say how many messages it would be')
    .addHelpText(
      'after',
      `
failed: messages of which every delivery to the webhook failed. all: every message whose delivery has ended. missed: messages that came while the
webhook was disabled, or before it existed.

Examples:
  $ signet replay create 01a20a03-6a9d-799e-8f18-38d27e479d8e --since 2h --preview
  $ signet replay create 01a20a03-6a9d-799e-8f18-38d27e479d8e --since 2026-11-23T18:00:00Z --status missed`,
    )
    .action(perform(create));
  replays
    .command('get <id>')
    .description('show how far it is')
    .action(perform(async (session, _, [id = '']) => show(session, await getReplay(session, id))));
  withPages(replays.command('list').description('list them, newest first'))
    .option('--webhook <id>', 'only of this webhook')
    .addOption(new Option('--state <state>', 'only in this state').choices(STATES))
    .action(perform(list));
}

const fieldsOf = (replay: Replay): readonly Field[] => [
  ['id', replay.id],
  ['state', replay.state],
  ['reason', replay.reason],
  ['messages', replay.total ?? 'not counted yet'],
  ['requested', replay.requested],
  ['status', replay.status],
  ['webhook', replay.webhookId],
  ['since', shownTime(replay.since)],
  ['until', shownTime(replay.until)],
  ['created', `${shownTime(replay.createdAt)} by ${replay.createdBy}`],
  ['completed', shownTime(replay.completedAt)],
];

const show = ({ output }: Session, replay: Replay): void => output.fields(replay, fieldsOf(replay));

const getReplay = ({ api }: Session, id: string): Promise<Replay> =>
  answerOf(api.GET('/v1/replays/{id}', { params: { path: { id } } }));

async function create(session: Session, options: CreateOptions, [webhookId = '']: readonly string[]): Promise<void> {
  const { api, output } = session;
  const { since, until, status, preview } = options;
  const body = {
    webhookId,
    since: momentOf(since, session.now()),
    ...(until !== undefined && { until: momentOf(until, session.now()) }),
    status,
  };
  const params = { query: { preview: preview ? ('true' as const) : ('false' as const) } };
  const answer = await answerOf(api.POST('/v1/replays', { params, body }));
  if ('id' in answer) return show(session, answer);
  output.result(answer, () => [
    `${answer.isExact ? '' : 'More than '}${answer.count} messages would be sent to the webhook ${webhookId}. Nothing was sent.`,
  ]);
}

async function list(session: Session, { limit, cursor, webhook, state }: ListOptions): Promise<void> {
  const { api, output } = session;
  const query = { limit, cursor, webhookId: webhook, state };
  const page = await answerOf(api.GET('/v1/replays', { params: { query } }));
  output.table(
    page,
    [
      { title: 'ID', of: ({ id }) => id },
      { title: 'STATE', of: (replay) => replay.state, paint: (text, replay) => output.state(replay.state, text) },
      { title: 'STATUS', of: ({ status }) => status },
      { title: 'SENT', of: ({ requested, total }) => `${requested} of ${total ?? '?'}` },
      { title: 'CREATED', of: ({ createdAt }) => shownTime(createdAt) },
      { title: 'WEBHOOK', of: ({ webhookId }) => webhookId },
    ],
    page.data,
    'There are no such replays.',
  );
  noteNextPage(output, page.nextCursor);
}
