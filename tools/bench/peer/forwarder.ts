// The smallest peer: forwards each message that it gets to the receiver, once. `node tools/bench/peer/forwarder.ts 4000` listens on
// 127.0.0.1:4000 for {"to": URL, "id": text, "data": anything}. It keeps nothing and repeats nothing: messages are lost when it is killed.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Agent, request } from 'undici';

const dispatcher = new Agent({ connections: 32 });

const server = createServer((incoming, response) => {
  void text(incoming).then((body) => {
    const { to, id, data } = JSON.parse(body) as { to: string; id: string; data: unknown };
    response.writeHead(202).end();
    const headers = { 'content-type': 'application/json', 'webhook-id': id };
    void request(to, { dispatcher, method: 'POST', headers, body: JSON.stringify(data) }).then((answer) =>
      answer.body.dump(),
    );
  });
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  console.log(`listening on 127.0.0.1:${(server.address() as AddressInfo).port}`);
});
