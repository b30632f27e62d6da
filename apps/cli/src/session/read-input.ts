import { readFile } from 'node:fs/promises';
import { UsageError } from '../errors.ts';

/** The bytes of a file, or of stdin for `-`. */
export async function readInput(name: string, stdin: NodeJS.ReadableStream): Promise<Buffer> {
  if (name === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of stdin as AsyncIterable<Buffer | string>) chunks.push(Buffer.from(chunk as string));
    return Buffer.concat(chunks);
  }
  try {
    return await readFile(name);
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
  }
}

/** A JSON object of a file or of stdin. */
export async function readJsonObject(name: string, stdin: NodeJS.ReadableStream): Promise<Record<string, unknown>> {
  const text = (await readInput(name, stdin)).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${name === '-' ? 'stdin' : name} is not JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${name === '-' ? 'stdin' : name} is not a JSON object.`);
  return value as Record<string, unknown>;
}
