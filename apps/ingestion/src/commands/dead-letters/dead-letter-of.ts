import type { KafkaRecord, ReadDeadLetter } from '@signet/kafka';
import { NotOnKafkaError, readDeadLetter } from '@signet/kafka';

/** @throws NotOnKafkaError when the record is no dead letter: then the topic is not a dead-letter topic */
export function deadLetterOf(record: KafkaRecord): ReadDeadLetter {
  const letter = readDeadLetter(record);
  if (letter) return letter;
  throw new NotOnKafkaError(`The record ${record.partition}:${record.offset} on ${record.topic} is no dead letter.`);
}
