// The limit, as a process of its own: signed POSTs as fast as one Node process makes them, and nothing else.
// Arguments: the receiver's URL, how many. Tells what it measured over its channel.
import { webhookBody } from '@signet/contracts';
import { generateSecret, signatureHeader, signingKey, WEBHOOK_HEADERS } from '@signet/signature';
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';

/** What limit.ts measured. */
export interface LimitMeasured {
  readonly kind: 'limit';
  readonly perSecond: number;
  readonly cpuSecondsPer1000: number;
  readonly requests: number;
}

const CONNECTIONS = 64;
const WARM_UP = 3_000;
const DATA = Buffer.from(JSON.stringify({ example: 'x'.repeat(400) }));

async function post(pool: Pool, path: string, secret: string, messages: number): Promise<void> {
  const key = signingKey(secret);
  let left = messages;
  const sender = async (): Promise<void> => {
    while (left-- > 0) {
      const now = new Date();
      const id = randomUUID();
      const seconds = Math.floor(now.getTime() / 1_000);
      const body = webhookBody({ type: 'sale.created', time: now.toISOString(), data: DATA });
      const headers = {
        'content-type': 'application/json',
        [WEBHOOK_HEADERS.id]: id,
        [WEBHOOK_HEADERS.timestamp]: String(seconds),
        [WEBHOOK_HEADERS.signature]: signatureHeader([key], id, seconds, body),
      };
      const response = await pool.request({ method: 'POST', path, headers, body });
      await response.body.dump();
      if (response.statusCode !== 204) throw new Error(`The receiver answered ${response.statusCode}.`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));
}

const [url = '', count = ''] = process.argv.slice(2);
const requests = Number(count);
const pool = new Pool(url, { connections: CONNECTIONS });
const secret = generateSecret();
await post(pool, '/ok/limit-warm-up', secret, WARM_UP);
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await post(pool, '/ok/limit', secret, requests);
const seconds = (performance.now() - startedAt) / 1_000;
const cpu = process.cpuUsage(cpuBefore);
await pool.close();
const perSecond = requests / seconds;
const cpuSecondsPer1000 = (cpu.user + cpu.system) / 1e6 / (requests / 1_000);
process.send?.({ kind: 'limit', perSecond, cpuSecondsPer1000, requests } satisfies LimitMeasured);
process.disconnect?.();
