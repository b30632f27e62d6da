/**
 * `node apps/ingestion/dist/commands/dead-letters.js`, with SIGNET_KAFKA_BROKERS: lists the records that were set aside,
 * shows one, and puts mended ones back to where they came from. For the dead-letter topic of every service (`--topic`).
 */
import { defineSettings, settingsFromEnvironment, sharedSettings } from '@signet/service-kit';
import { deadLetters } from './dead-letters/dead-letters.ts';

const { SIGNET_KAFKA_BROKERS: brokers } = settingsFromEnvironment(defineSettings(sharedSettings.kafka));
process.exitCode = await deadLetters(
  process.argv.slice(2),
  { brokers, clientId: 'dead-letters' },
  { out: (text) => void process.stdout.write(text), err: (text) => void process.stderr.write(text) },
);
