import { waitFor } from '@signet/testing';
import pg from 'pg';
import type { Labels, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

/** The relay of the registry: webhooks, tenants and keys on their way to Kafka. */
const RELAY = 'registry';
const LOCK = `hashtextextended('signet/relay/${RELAY}', 0)`;
const WAITING = `select count(*)::int as count from pg_locks where locktype = 'advisory' and not granted`;
const END_HOLDER = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'signet relay ${RELAY}'`;

const alert = (alertname: string): Labels => ({ alertname, relay: RELAY, severity: 'page', audience: 'platform' });

/** A session that is none of the registry's holds the lock of its relay, and something is to be published. */
export function stuckRelay(): Scenario {
  let holder: pg.Client | undefined;
  return {
    name: 'a stuck relay',
    alerts: [alert('SignetRelayWithoutHolder'), alert('SignetRelayStuck')],
    begin: async (stage) => {
      holder = await takeLock(stage);
      // Of events that nobody sends here.
      const asked = stage.tenant.post('/v1/webhooks', {
        name: 'Not published',
        url: 'http://127.0.0.1:8099/never-called',
        events: ['sale.refunded'],
      });
      // A good answer waits for the relay, a bad one does not.
      asked.catch(() => undefined);
      await Promise.race([asked, untilRowsWait(stage)]);
    },
    look: async (stage) => `no replica held the lock, and rows waited: ${await untilRowsWait(stage)}`,
    mend: async () => {
      await holder?.end();
    },
  };
}

/** @returns how many there are */
const untilRowsWait = ({ prometheus }: Stage): Promise<number> =>
  waitFor(() => prometheus.value(`max(signet_relay_lag_rows{relay="${RELAY}"})`), {
    what: 'rows that wait for the relay',
  });

/** Waits for the lock in PostgreSQL's own queue, which comes before those who only ask for it, and ends the session that has it. */
async function takeLock({ postgres }: Stage): Promise<pg.Client> {
  const holder = new pg.Client({ connectionString: postgres.url });
  const other = new pg.Client({ connectionString: postgres.url });
  // PostgreSQL may be ended before them where the demonstration is broken off.
  for (const client of [holder, other]) client.on('error', () => undefined);
  await Promise.all([holder.connect(), other.connect()]);
  try {
    const taken = holder.query(`select pg_advisory_lock(${LOCK})`);
    await waitFor(async () => ((await other.query<{ count: number }>(WAITING)).rows[0]?.count ?? 0) > 0, {
      what: 'the queue for the lock',
    });
    await other.query(END_HOLDER);
    await taken;
    return holder;
  } finally {
    await other.end();
  }
}
