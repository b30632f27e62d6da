import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { KafkaRecord } from '@signet/kafka';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

const DOCUMENT = fileURLToPath(new URL('../../../docs/asyncapi.json', import.meta.url));

/** The parts of an AsyncAPI document against which records are checked. */
export interface AsyncApiDocument {
  readonly channels: Readonly<Record<string, { readonly messages: Readonly<Record<string, unknown>> }>>;
  readonly components: {
    readonly messages: Readonly<Record<string, AsyncApiMessage>>;
    readonly schemas: Readonly<Record<string, object>>;
  };
}
export interface AsyncApiMessage {
  readonly contentType: string;
  readonly headers?: object;
  readonly payload: object;
  readonly examples: readonly { readonly headers?: object; readonly payload?: unknown }[];
}

/** The result of checking a record against the document: the one message of its topic that fits, or the faults. */
export type Verdict = { readonly message: string } | { readonly faults: readonly string[] };

type Part = 'headers' | 'payload';

/** Checks records and examples against the AsyncAPI document in docs. */
export class AsyncApi {
  private readonly ajv = new Ajv({ strict: false });
  private readonly validators = new Map<string, ValidateFunction>();

  private constructor(readonly document: AsyncApiDocument) {
    addFormats.default(this.ajv);
    // For texts that are JSON, such as a header: Ajv alone ignores this keyword.
    this.ajv.removeKeyword('contentSchema').addKeyword({
      keyword: 'contentSchema',
      type: 'string',
      compile: (schema: object) => {
        const validate = this.ajv.compile(schema);
        return (text: string) => validate(parsed(Buffer.from(text)));
      },
    });
    this.ajv.addSchema(absolute({ $id: 'document', components: document.components }));
  }

  static read(): AsyncApi {
    return new AsyncApi(JSON.parse(readFileSync(DOCUMENT, 'utf8')) as AsyncApiDocument);
  }

  /** The names of the messages of a topic; none for a topic that is not in the document. */
  messagesOf(topic: string): string[] {
    return Object.keys(this.document.channels[topic]?.messages ?? {});
  }

  judge({ topic, headers, value }: Pick<KafkaRecord, 'topic' | 'headers' | 'value'>): Verdict {
    const texts = Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, bytes?.toString('utf8')]));
    const judged = this.messagesOf(topic).map((message) => {
      const isJson = /json/.test(this.document.components.messages[message]?.contentType ?? '');
      const payload = isJson && value !== null ? parsed(value) : value;
      return {
        message,
        faults: [...this.faults(message, 'headers', texts), ...this.faults(message, 'payload', payload)],
      };
    });
    const fitting = judged.filter(({ faults }) => faults.length === 0);
    if (fitting.length === 1) return { message: fitting[0]!.message };
    if (fitting.length > 1) return { faults: [`is ${fitting.map(({ message }) => message).join(' and ')} at once`] };
    return { faults: judged.flatMap(({ message, faults }) => faults.map((fault) => `${message}: ${fault}`)) };
  }

  /** The faults because of which headers or a payload do not fit a message; empty if they fit. */
  faults(message: string, part: Part, instance: unknown): string[] {
    if (this.document.components.messages[message]?.[part] === undefined) return [];
    const pointer = `document#/components/messages/${message}/${part}`;
    const validate = this.validators.get(pointer) ?? this.ajv.compile({ $ref: pointer });
    this.validators.set(pointer, validate);
    if (validate(instance)) return [];
    return (validate.errors ?? []).map((error) => `${part}${error.instancePath} ${error.message}`);
  }
}

/** References within the document, as seen from schemas that are compiled on their own. */
const absolute = (document: object): object =>
  JSON.parse(JSON.stringify(document).replaceAll('"$ref":"#/', '"$ref":"document#/')) as object;

/** undefined if the bytes are not JSON. */
function parsed(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
