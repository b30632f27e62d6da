import { connect } from 'node:net';

const PROBE_MS = 5_000;

/**
 * Rejects while a broker of this cluster is not ready for clients. A listening port is not enough: another broker may have it,
 * a broker listens before the controller lets it in, and its coordinators and producer ids come to be when they are asked for
 * the first time.
 */
export async function probeBroker(port: number, clusterId: string): Promise<void> {
  for (const { what, request, problem } of questions(clusterId)) {
    const found = problem(await ask(port, request));
    if (found !== undefined) throw new Error(`${what}: ${found}`);
  }
}

interface Question {
  readonly what: string;
  readonly request: Buffer;
  /** The problem that an answer shows, or undefined. Bytes 0–3 are its correlation id. */
  readonly problem: (answer: Buffer) => string | undefined;
}

const errorAt = (offset: number) => (answer: Buffer) => {
  const code = answer.readInt16BE(offset);
  return code === 0 ? undefined : `error ${code} of the Kafka protocol`;
};

const questions = (clusterId: string): readonly Question[] => [
  {
    // Metadata, of no topic; the answer begins with the brokers and the name of their cluster.
    what: 'brokers',
    request: frame(3, 2, int32(0)),
    problem: (answer) => {
      const { brokers, cluster } = brokersIn(answer);
      if (brokers < 1) return 'none has joined';
      return cluster === clusterId ? undefined : `another Kafka, of cluster ${cluster}, has this port`;
    },
  },
  {
    // FindCoordinator, of a group: creates the topic of the groups' offsets. Behind the throttle time is the error.
    what: 'coordinator of groups',
    request: frame(10, 1, Buffer.concat([string('signet-probe'), Buffer.from([0])])),
    problem: errorAt(8),
  },
  {
    // InitProducerId, without a transaction: the broker fetches its first block of ids.
    what: 'producer ids',
    request: frame(22, 1, Buffer.concat([int16(-1), int32(60_000)])),
    problem: errorAt(8),
  },
];

/** Each broker is an id, a host, a port and perhaps a rack. */
function brokersIn(answer: Buffer): { brokers: number; cluster: string | undefined } {
  let offset = 4;
  const int = (): number => answer.readInt32BE((offset += 4) - 4);
  const text = (): string | undefined => {
    const length = answer.readInt16BE((offset += 2) - 2);
    return length < 0 ? undefined : answer.toString('utf8', offset, (offset += length));
  };
  const brokers = int();
  for (let left = brokers; left > 0; left--) {
    int();
    text();
    int();
    text();
  }
  return { brokers, cluster: text() };
}

/** Sends one request on a connection of its own; resolves to the answer without its length. */
function ask(port: number, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let answer = Buffer.alloc(0);
    const fail = (why: Error): void => {
      socket.destroy();
      reject(why);
    };
    socket.setTimeout(PROBE_MS, () => fail(new Error('no answer')));
    socket.once('error', fail);
    socket.once('close', () => reject(new Error('closed by the broker')));
    socket.once('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length < 4 || answer.length < 4 + answer.readInt32BE(0)) return;
      resolve(answer.subarray(4));
      socket.destroy();
    });
  });
}

/** Length, API, version, correlation id, no client id, body (Kafka protocol, request header v1). */
function frame(api: number, version: number, body: Buffer): Buffer {
  const content = Buffer.concat([int16(api), int16(version), int32(1), int16(-1), body]);
  return Buffer.concat([int32(content.length), content]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function string(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
}
