import { connect } from 'node:net';

const PROBE_MS = 5_000;

/**
 * Rejects while a broker is not ready for clients. A listening port is not enough: a broker listens before the
 * controller lets it in, and its coordinators and producer ids come to be when they are asked for the first time.
 */
export async function probeBroker(port: number): Promise<void> {
  for (const { what, request, problem } of QUESTIONS) {
    const found = problem(await ask(port, request));
    if (found !== undefined) throw new Error(`${what}: ${found}`);
  }
}

interface Question {
  readonly what: string;
  readonly request: Buffer;
  /** What an answer says against the broker. Bytes 0–3 are its correlation id. */
  readonly problem: (answer: Buffer) => string | undefined;
}

const errorAt = (offset: number) => (answer: Buffer) => {
  const code = answer.readInt16BE(offset);
  return code === 0 ? undefined : `error ${code} of the Kafka protocol`;
};

const QUESTIONS: readonly Question[] = [
  {
    // Metadata, of no topic; the answer begins with the number of brokers.
    what: 'brokers',
    request: frame(3, 1, int32(0)),
    problem: (answer) => (answer.readInt32BE(4) < 1 ? 'none has joined' : undefined),
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
