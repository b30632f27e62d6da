import type { KafkaRecord, ReadDeadLetter } from '@signet/kafka';
import { NotOnKafkaError, readDeadLetter } from '@signet/kafka';

/** @throws NotOnKafkaError when the record is no dead letter, which means that the topic is another one */
export function deadLetterOf(record: KafkaRecord): ReadDeadLetter {
  const letter = readDeadLetter(record);
  if (letter) return letter;
  throw new NotOnKafkaError(`The record ${record.partition}:${record.offset} on ${record.topic} is no dead letter.`);
}
