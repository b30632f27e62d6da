import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removePostgres } from '@signet/embedded';
import { Ports } from './servers/ports.ts';
import type { Wish } from './servers/ports.ts';
import { readSettings } from './settings.ts';
import { System } from './system.ts';

const READY_MS = 600_000;
/** Names whose port is taken when it is chosen for the second time, so that their other port is taken alone at the first. */
const SECOND = new Set(['Kafka', 'registry', 'ingestion', 'delivery']);

/** Another Signet that starts at the same moment: it gets each port after it was chosen and before our server listens on it. */
class ContestedPorts extends Ports {
  readonly taken = new Map<string, number>();
  readonly #asked = new Map<string, number>();
  readonly #servers: Server[] = [];

  protected override async choose(wish: Wish): Promise<number> {
    const port = await super.choose(wish);
    const asked = (this.#asked.get(wish.what) ?? 0) + 1;
    this.#asked.set(wish.what, asked);
    if (asked === (SECOND.has(wish.what) ? 2 : 1)) await this.#take(wish.what, port);
    return port;
  }

  async #take(what: string, port: number): Promise<void> {
    // It answers every request with "ready", as another Signet's service on this port might.
    const server = createServer((_, response) => response.end('ready'));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.taken.set(what, port);
    this.#servers.push(server);
  }

  close(): void {
    for (const server of this.#servers) server.close().closeAllConnections();
  }
}

let dataDir: string;
let system: System | undefined;
const ports = new ContestedPorts();
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'signet-ports-'));
  chmodSync(dataDir, 0o755);
});
afterEach(async () => {
  await system?.stop();
  ports.close();
});
afterAll(async () => {
  await removePostgres(join(dataDir, 'postgres'), () => undefined);
  rmSync(dataDir, { recursive: true, force: true });
});

test(
  'a launcher whose ports are taken by another one as it starts runs on others, and takes nothing of the other for its own',
  async () => {
    const { SIGNET_TEST_FOLDER: _, ...env } = process.env;
    system = await System.open(readSettings({ ...env, SIGNET_DATA_DIR: dataDir }), ports);
    const { url, kafkaBrokers, databaseUrl, services } = await system.start({ watch: true });
    const used = [
      ...[url, `kafka://${kafkaBrokers}`, databaseUrl].map((address) => Number(new URL(address).port)),
      ...Object.values(services).flatMap(({ port, managementPort }) => [port, managementPort]),
    ];
    const kinds = ['PostgreSQL', 'Kafka', 'the controller of Kafka', 'the public address', 'the bundled receiver'];
    const ofServices = Object.keys(services).flatMap((name) => [name, `management of ${name}`]);
    expect([...ports.taken.keys()]).toEqual(expect.arrayContaining([...kinds, ...ofServices]));
    expect(used.filter((port) => [...ports.taken.values()].includes(port))).toEqual([]);
    // Each is this launcher's own process.
    for (const { pid, managementPort } of Object.values(services)) {
      const { headers } = await fetch(`http://127.0.0.1:${managementPort}/readyz`);
      expect(headers.get('signet-process-id')).toBe(String(pid));
    }
  },
  READY_MS,
);
