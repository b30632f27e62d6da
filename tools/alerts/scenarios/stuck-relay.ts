import { waitFor } from '@signet/testing';
import pg from 'pg';
import type { Labels } from '../pager.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

/** The relay of the registry: webhooks, tenants and keys on their way to Kafka. */
const RELAY = 'registry';
const LOCK = `hashtextextended('signet/relay/${RELAY}', 0)`;
const WAITING = `select count(*)::int as count from pg_locks where locktype = 'advisory' and not granted`;
const END_HOLDER = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'signet relay ${RELAY}'`;

const alert = (alertname: string): Labels => ({ alertname, relay: RELAY, severity: 'page', audience: 'platform' });

/** A session that does not belong to the registry holds the lock of the registry's relay, while rows wait to be published. */
export function stuckRelay(): Scenario {
  let holder: pg.Client | undefined;
  return {
    name: 'a stuck relay',
    alerts: [alert('SignetRelayWithoutHolder'), alert('SignetRelayStuck')],
    begin: async (stage) => {
      holder = await takeLock(stage);
      // No producer sends these events here.
      const asked = stage.tenant.post('/v1/webhooks', {
        name: 'Not published',
        url: 'http://127.0.0.1:8099/never-called',
        events: ['sale.refunded'],
      });
      // The registry answers with success only after the relay has published; a refusal comes at once.
      asked.catch(() => undefined);
      await Promise.race([asked, untilRowsWait(stage)]);
    },
    look: async (stage) => `no replica held the lock, and rows waited: ${await untilRowsWait(stage)}`,
    mend: async () => {
      await holder?.end();
    },
  };
}

/** @returns how many rows wait */
const untilRowsWait = ({ prometheus }: Stage): Promise<number> =>
  waitFor(() => prometheus.value(`max(signet_relay_lag_rows{relay="${RELAY}"})`), {
    what: 'rows that wait for the relay',
  });

/**
 * Takes the lock: waits for it in PostgreSQL's own queue and ends the session that holds it. A waiting session gets the lock before
 * the sessions of the relays, which only try it now and then.
 */
async function takeLock({ postgres }: Stage): Promise<pg.Client> {
  const holder = new pg.Client({ connectionString: postgres.url });
  const other = new pg.Client({ connectionString: postgres.url });
  // When the demonstration is broken off, PostgreSQL may end before these clients.
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
