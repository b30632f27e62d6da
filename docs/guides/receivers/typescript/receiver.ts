// A receiver without any package. Node 22.19 or newer runs it as it is:
//   WEBHOOK_SECRET=whsec_… node receiver.ts
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { join } from 'node:path';

const SECRET = process.env['WEBHOOK_SECRET'] ?? '';
const INBOX = process.env['INBOX'] ?? 'inbox';
const TOLERANCE_SECONDS = 5 * 60;
const MAX_BODY_BYTES = 1024 * 1024;

if (SECRET === '') throw new Error('WEBHOOK_SECRET is missing.');
// whsec_ and base64 of the key, or a text of your own, which is the key as it is.
const KEY = SECRET.startsWith('whsec_') ? Buffer.from(SECRET.slice('whsec_'.length), 'base64') : Buffer.from(SECRET);
mkdirSync(INBOX, { recursive: true });

/** Whether a sender that knows the secret sent exactly these bytes, under this id, within the last five minutes. */
function isGenuine(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const [id = '', timestamp = '', signatures = ''] = ['id', 'timestamp', 'signature'].map((name) =>
    String(headers[`webhook-${name}`] ?? ''),
  );
  if (!/^\d+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const expected = createHmac('sha256', KEY).update(`${id}.${timestamp}.`).update(body).digest();
  // While a secret is rotated there is one entry for each live secret; one match is enough.
  return signatures.split(' ').some((entry) => {
    const [version, signature = ''] = entry.split(',');
    const given = Buffer.from(signature, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/** Keeps a message once; false if it was there. In production: an INSERT into a table whose primary key is the id. */
function keep(id: string, body: Buffer): boolean {
  const draft = join(INBOX, `.${randomUUID()}`);
  writeFileSync(draft, body);
  try {
    linkSync(draft, join(INBOX, id));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

/** The status to answer with. Work on the messages in the inbox begins after the answer, in a program of its own. */
async function receive(request: IncomingMessage): Promise<number> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if ((size += chunk.length) > MAX_BODY_BYTES) return 413;
    chunks.push(chunk);
  }
  // The bytes as they came: a body that was parsed and written again has other bytes.
  const body = Buffer.concat(chunks);
  if (!isGenuine(request.headers, body)) return 401;
  const id = String(request.headers['webhook-id']);
  console.log(keep(id, body) ? 'new' : 'repeat', id);
  return 204;
}

createServer((request, response) => {
  receive(request)
    // A message that could not be kept is sent again later.
    .catch(() => 500)
    .then((status) => response.writeHead(status, status === 413 ? { connection: 'close' } : {}).end());
}).listen(Number(process.env['PORT'] ?? 4000));
