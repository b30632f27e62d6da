// The same check with the package `standardwebhooks` of npm.
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

// A secret of your own that does not begin with whsec_: new Webhook(secret, { format: 'raw' })
const webhook = new Webhook(process.env['WEBHOOK_SECRET'] ?? '');

createServer(async (request, response) => {
  try {
    const body = await buffer(request);
    const message = webhook.verify(body.toString(), request.headers as Record<string, string>);
    console.log(request.headers['webhook-id'], message);
    response.writeHead(204).end();
  } catch {
    response.writeHead(401).end();
  }
}).listen(Number(process.env['PORT'] ?? 4000));
