import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from '../errors.ts';

type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** At most so many bytes of stdin are read as a secret: more is a mistake, such as a file. */
const MAX_SECRET_BYTES = 4096;

/** A key or a secret: typed unseen at a terminal, else the whole of stdin. It is never an argument, which other users of a machine can see. */
export async function readSecret(question: string, stdin: Input, stderr: NodeJS.WritableStream): Promise<string> {
  const text = stdin.isTTY ? await typed(question, stdin, stderr) : await piped(stdin);
  const secret = text.trim();
  if (secret === '') throw new UsageError(`Nothing was entered for "${question}".`);
  if (/\s/.test(secret)) throw new UsageError(`What was entered for "${question}" has spaces or several lines.`);
  return secret;
}

async function typed(question: string, stdin: Input, stderr: NodeJS.WritableStream): Promise<string> {
  stderr.write(`${question}: `);
  // readline shows what it reads on its output.
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: unseen, terminal: true });
  const aborting = new AbortController();
  lines.once('SIGINT', () => aborting.abort());
  try {
    return await lines.question('', { signal: aborting.signal });
  } catch {
    throw new UsageError('Interrupted.');
  } finally {
    lines.close();
    stderr.write('\n');
  }
}

async function piped(stdin: Input): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.from(chunk as string);
    if ((size += bytes.length) > MAX_SECRET_BYTES) throw new UsageError('stdin is too long for a key or a secret.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
