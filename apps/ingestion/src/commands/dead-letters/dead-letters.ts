import type { KafkaClientOptions } from '@signet/kafka';
import { KafkaNames, NotOnKafkaError, silentLogger } from '@signet/kafka';
import { reachableServers, StartRefusedError } from '@signet/service-kit';
import { parseCommand, USAGE, UsageError } from './arguments.ts';
import { list } from './list.ts';
import { CannotPutBackError, putBack } from './put-back.ts';
import { show } from './show.ts';

/** `EX_USAGE` of sysexits.h. */
const EXIT_USAGE = 64;

export interface Output {
  out(text: string | Buffer): void;
  err(text: string): void;
}

/** Carries out the command; resolves to the exit code. An expected error is printed as a sentence, without a stack. */
export async function deadLetters(args: readonly string[], client: KafkaClientOptions, to: Output): Promise<number> {
  try {
    await run(args, client, to);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      to.err(`${error.message}\n\n${USAGE}`);
      return EXIT_USAGE;
    }
    if (error instanceof StartRefusedError) {
      to.err(`${error.message}\n`);
      return error.exitCode;
    }
    if (!(error instanceof NotOnKafkaError || error instanceof CannotPutBackError)) throw error;
    to.err(`${error.message}\n`);
    return 1;
  }
}

async function run(args: readonly string[], client: KafkaClientOptions, { out }: Output): Promise<void> {
  const asked = parseCommand(args, new Date());
  const command = 'topic' in asked ? { ...asked, topic: nameOf(asked.topic, client) } : asked;
  if (command.name === 'help') return out(USAGE);
  await reachableServers({ kafka: client }, silentLogger);
  switch (command.name) {
    case 'list':
      return list(client, command, out);
    case 'show':
      return show(client, command, out);
    case 'put-back':
      return putBack(client, command, out);
  }
}

/** The topic's name without the prefix. A user may name it with the prefix, as on Kafka, or without. */
const nameOf = (topic: string, { prefix }: KafkaClientOptions): string =>
  new KafkaNames(prefix).topicOf(topic) ?? topic;
