import { DOMAINS, TOPICS } from '@signet/contracts';
import type { Domain, Party, SignetTopic } from '@signet/contracts';
import { settings as ingestion } from '../../../apps/ingestion/src/config.ts';
import { messagesByTopic, sourceMessages } from './messages.ts';
import type { Message, MessagesOf } from './messages.ts';
import { schemas } from './schemas.ts';

/** Where the document is, from the root of the repository. */
export const ASYNCAPI_DOCUMENT = 'docs/asyncapi.json';

const BINDING = '0.5.0';
const SERVICES: readonly Party[] = ['registry', 'ingestion', 'delivery'];

const DESCRIPTION = `Every topic that Signet reads or writes. With \`SIGNET_PREFIX\`, each but the source topics begins with it.

A topic whose \`x-signet-stability\` is \`public\` is a contract with other teams: within \`v1\` fields and messages are added, and
none is taken away or changes its meaning, so a reader passes over what it does not know. The others are Signet's own and
change with it. Records of one key stay in order; every record may come more than once.`;

/** A topic with what lies on it. */
interface Channel {
  readonly topic: Omit<SignetTopic, 'partitions' | 'cleanup'> & Partial<SignetTopic>;
  readonly messages: MessagesOf;
}

/** AsyncAPI 3.0 of all topics; what it says is written down in libs/contracts. */
export function asyncApiDocument(): object {
  const channels = allChannels();
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Signet on Kafka',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0' },
      tags: SERVICES.map((name) => ({ name, description: `What ${name} sends and receives.` })),
    },
    defaultContentType: 'application/json',
    servers: {
      local: { host: '127.0.0.1:9092', protocol: 'kafka', description: 'Kafka as `npm start` runs it.' },
    },
    channels: Object.fromEntries(channels.map((channel) => [channel.topic.name, channelObject(channel)])),
    operations: Object.fromEntries(channels.flatMap(({ topic }) => operationsOf(topic))),
    components: {
      messages: Object.fromEntries(
        channels.flatMap(({ messages }) =>
          Object.entries(messages).map(([name, message]) => [name, messageObject(name, message)]),
        ),
      ),
      schemas: schemas(),
    },
  };
}

function allChannels(): Channel[] {
  const messages = messagesByTopic();
  const sources = (ingestion.SIGNET_SOURCE_TOPICS.default ?? '').split(',').map(sourceChannel);
  return [...sources, ...TOPICS.map((topic) => ({ topic, messages: messages[topic.name] ?? {} }))];
}

const sourceChannel = (name: string): Channel => ({
  topic: {
    name,
    key: "the producer's own",
    description:
      'CloudEvents 1.0 of internal services, in binary or structured mode. A source topic by default (`SIGNET_SOURCE_TOPICS` names others); every event type may come on each of them.',
    sentBy: ['producers'],
    readBy: ['ingestion'],
  },
  messages: sourceMessages(DOMAINS.find((domain: Domain) => name.endsWith(`.${domain}`)) ?? ''),
});

function channelObject({ topic, messages }: Channel): object {
  const { name, key, description, partitions, cleanup, retentionMs, sentBy, readBy } = topic;
  const isPublic = sentBy.includes('producers') || readBy.includes('anybody');
  const topicConfiguration = {
    ...(cleanup && { 'cleanup.policy': [cleanup] }),
    ...(retentionMs !== undefined && { 'retention.ms': retentionMs }),
  };
  return {
    address: name,
    description: `${description}\n\nKey: ${key}. Sent by ${sentBy.join(', ')}; read by ${readBy.join(', ')}.`,
    messages: Object.fromEntries(Object.keys(messages).map((id) => [id, { $ref: `#/components/messages/${id}` }])),
    ...(isPublic && { tags: [{ name: 'public contract' }] }),
    bindings: {
      kafka: {
        topic: name,
        ...(partitions !== undefined && { partitions }),
        ...(cleanup && { topicConfiguration }),
        bindingVersion: BINDING,
      },
    },
    'x-signet-stability': isPublic ? 'public' : 'internal',
    'x-signet-sent-by': sentBy,
    'x-signet-read-by': readBy,
  };
}

/** What each of the three services does with the topic. Others have documents of their own. */
function operationsOf({ name, sentBy, readBy }: Channel['topic']): [string, object][] {
  const operation = (action: 'send' | 'receive', verb: string) => (service: Party) =>
    [
      `${service}.${action}.${name}`,
      {
        action,
        channel: { $ref: `#/channels/${name}` },
        summary: `${service} ${verb} ${name}.`,
        tags: [{ name: service }],
      },
    ] as [string, object];
  return [
    ...sentBy.filter((party) => SERVICES.includes(party)).map(operation('send', 'sends to')),
    ...readBy.filter((party) => SERVICES.includes(party)).map(operation('receive', 'reads')),
  ];
}

const messageObject = (name: string, { key, example, ...message }: Message): object => ({
  name,
  ...message,
  bindings: { kafka: { key: { type: 'string', description: key }, bindingVersion: BINDING } },
  examples: [example],
});
