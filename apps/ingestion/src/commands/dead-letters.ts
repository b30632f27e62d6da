/**
 * `node apps/ingestion/dist/commands/dead-letters.js`, with the settings of Kafka: lists the records that were set aside,
 * shows one, and puts mended ones back to where they came from. For the dead-letter topic of every service (`--topic`).
 */
import { defineSettings, kafkaClient, settingsFromEnvironment, sharedSettings } from '@signet/service-kit';
import { deadLetters } from './dead-letters/dead-letters.ts';

const settings = settingsFromEnvironment(defineSettings(sharedSettings.kafka));
process.exitCode = await deadLetters(process.argv.slice(2), kafkaClient(settings, 'dead-letters'), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
