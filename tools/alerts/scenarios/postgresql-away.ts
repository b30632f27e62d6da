import type { Labels } from '../pager.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

/** The longest that a scrape may take, whatever PostgreSQL does. */
const LONGEST_SCRAPE_SECONDS = 2;
const SERVICES = 'job=~"signet-.+"';

const unread = (job: string, sample: string): Labels => ({
  ...{ alertname: 'SignetServerNotAnswering', severity: 'page', audience: 'platform' },
  ...{ job, sample },
});
const ALERTS = [unread('signet-registry', 'webhooks'), unread('signet-delivery', 'overdue')];

/** PostgreSQL has ended: connections are refused. */
export const stoppedPostgresql = (): Scenario => ({
  name: 'PostgreSQL stopped',
  alerts: ALERTS,
  begin: ({ postgres }) => postgres.stop(),
  look: scrapesGoOn,
  mend: ({ postgres }) => postgres.startAgain(),
});

/** PostgreSQL stands still: connections stay, and nothing comes back on them. */
export const hangingPostgresql = (): Scenario => ({
  name: 'PostgreSQL hangs',
  alerts: ALERTS,
  begin: ({ postgres }) => Promise.resolve(postgres.hang()),
  look: scrapesGoOn,
  mend: ({ postgres }) => Promise.resolve(postgres.goOn()),
});

async function scrapesGoOn({ prometheus }: Stage, since: number): Promise<string> {
  const range = `{${SERVICES}}[${Math.ceil((Date.now() - since) / 1_000)}s]`;
  const missed = await prometheus.value(`count(min_over_time(up${range}) == 0)`);
  if (missed !== undefined) throw new Error(`${missed} of the services did not answer a scrape meanwhile.`);
  const longest = await prometheus.value(`max(max_over_time(scrape_duration_seconds${range}))`);
  if (longest === undefined || longest > LONGEST_SCRAPE_SECONDS)
    throw new Error(`A scrape took ${longest} s; it may take ${LONGEST_SCRAPE_SECONDS} s.`);
  const count = await prometheus.value(`sum(count_over_time(up${range}))`);
  return `each of ${count} scrapes was answered meanwhile, the slowest within ${longest.toFixed(2)} s`;
}
