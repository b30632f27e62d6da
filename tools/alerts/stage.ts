import { waitFor } from '@signet/testing';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KafkaConnection } from '../bench/load/kafka-producer.ts';
import { Signet } from '../bench/installation/signet.ts';
import { Api } from '../dev/demo/api.ts';
import { openDataDir } from '../dev/data-folder/data-dir.ts';
import type { LocalFile } from '../dev/data-folder/local-file.ts';
import { Ports } from '../dev/servers/ports.ts';
import { RunningFile } from '../dev/data-folder/running-file.ts';
import { ROOT } from '../dev/settings.ts';
import type { WatchPlaces } from '../watch/watching.ts';
import { Watching } from '../watch/watching.ts';
import { OwnPostgres } from './own-postgres.ts';
import { Pager } from './pager.ts';
import { Prometheus } from './prometheus.ts';

const TEMPORARY = join(ROOT, '.tmp/alerts');
/** By how much the times of the rules are shorter: an hour becomes four minutes, a minute four seconds. */
export const SHORTER_BY = 15;
/** How often Prometheus asks. An answer that takes longer counts as a target that is down: these are the 2 s that Signet promises. */
const INTERVAL = '2s';

/** Has a value once each of the three services was scraped: events before the first scrape are no increase for Prometheus. */
const SCRAPED = 'count(up{job=~"signet-.+"} == 1) == 3';

/** A running Signet that is watched, and a PostgreSQL that can be stopped: what the scenarios act on. */
export class Stage {
  readonly pager: Pager;
  readonly prometheus: Prometheus;
  readonly kafka: KafkaConnection;
  readonly postgres: OwnPostgres;
  readonly #signet: Signet;
  readonly #ends: readonly End[];

  private constructor(parts: Pick<Stage, 'pager' | 'prometheus' | 'kafka' | 'postgres'>, signet: Signet, ends: End[]) {
    this.pager = parts.pager;
    this.prometheus = parts.prometheus;
    this.kafka = parts.kafka;
    this.postgres = parts.postgres;
    this.#signet = signet;
    this.#ends = ends;
  }

  /** Starts everything; rejects when one of its parts cannot be started, after ending the others. */
  static async start(signal: AbortSignal): Promise<Stage> {
    const ends: End[] = [];
    try {
      mkdirSync(TEMPORARY, { recursive: true });
      const folder = mkdtempSync(join(TEMPORARY, 'stage-'));
      // PostgreSQL runs as another user when we are root, and must be able to enter.
      chmodSync(folder, 0o755);
      ends.push(() => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
      const pager = await Pager.start();
      ends.push(() => pager.close());
      const postgres = await OwnPostgres.start(join(folder, 'postgres'));
      ends.push(() => postgres.end());
      const signet = await Signet.start(signal, { SIGNET_DATABASE_URL: postgres.url });
      ends.push(() => signet.stop());
      const kafka = await KafkaConnection.open(signet.read());
      ends.push(() => kafka.close());
      const watching = watchingOf(folder, signet.read(), pager, signal);
      ends.push(() => watching.stop());
      const prometheus = new Prometheus(placesOf(await watching.start()).prometheus);
      await waitFor(() => prometheus.value(SCRAPED), { what: 'a first scrape of each service' });
      return new Stage({ pager, prometheus, kafka, postgres }, signet, ends);
    } catch (error) {
      await end(ends);
      throw error;
    }
  }

  /** What the running Signet says of itself now. */
  get local(): LocalFile {
    return this.#signet.read();
  }

  get tenant(): Api {
    return new Api(this.local.url, this.local.tenantKey);
  }

  stop(): Promise<void> {
    return end(this.#ends);
  }
}

type End = () => Promise<void>;

/** Ends the parts, the one that was started last first. If one fails to end, the others are ended all the same. */
async function end(ends: readonly End[]): Promise<void> {
  for (const one of ends.toReversed()) await one().catch((error: unknown) => console.error(error));
}

function watchingOf(
  folder: string,
  { services }: LocalFile,
  { url: receiver }: Pager,
  stopping: AbortSignal,
): Watching {
  const dataDir = openDataDir(folder);
  const targets = {
    registry: services.registry.managementPort,
    ingestion: services.ingestion.managementPort,
    delivery: services.delivery.managementPort,
  };
  const running = new RunningFile(dataDir.running);
  const ours = { dataDir, running, ports: new Ports(), stopping };
  return new Watching({ ...ours, targets, interval: INTERVAL, receiver, shorterBy: SHORTER_BY });
}

/** @throws where one of the two is not installed: without them there is nothing to be seen */
function placesOf({ prometheus, alertmanager }: WatchPlaces): Required<WatchPlaces> {
  if (prometheus === undefined || alertmanager === undefined)
    throw new Error('npm run alerts needs Prometheus and Alertmanager.');
  return { prometheus, alertmanager };
}
