import { connect } from 'node:net';

const METADATA_API = 3;
const METADATA_VERSION = 1;
const PROBE_MS = 5_000;

/**
 * Asks a broker for the brokers that it knows (Kafka protocol, Metadata v1, of no topic) and rejects while it names none.
 * A listening port is not enough: a broker listens before the controller lets it in, and refuses to create topics then.
 */
export function probeBroker(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const fail = (why: Error): void => {
      socket.destroy();
      reject(why);
    };
    let answer = Buffer.alloc(0);
    socket.setTimeout(PROBE_MS, () => fail(new Error('no answer')));
    socket.once('error', fail);
    socket.once('close', () => reject(new Error('closed by the broker')));
    socket.once('connect', () => socket.write(metadataRequest()));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      // Size, correlation id, number of brokers: 4 bytes each.
      if (answer.length < 12) return;
      if (answer.readInt32BE(8) < 1) return fail(new Error('the broker has not joined yet'));
      resolve();
      socket.destroy();
    });
  });
}

function metadataRequest(): Buffer {
  const request = Buffer.alloc(18);
  request.writeInt32BE(14, 0); // size of what follows
  request.writeInt16BE(METADATA_API, 4);
  request.writeInt16BE(METADATA_VERSION, 6);
  request.writeInt32BE(1, 8); // correlation id
  request.writeInt16BE(-1, 12); // no client id
  request.writeInt32BE(0, 14); // no topics
  return request;
}
