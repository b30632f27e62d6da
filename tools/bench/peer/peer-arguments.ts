import { readFileSync } from 'node:fs';
import { bounded, UsageError } from '../usage-error.ts';
import { isOnThisMachine } from './loopback.policy.ts';
import { PLACEHOLDERS, unknownPlaceholders } from './template.policy.ts';

/** Another program that takes messages over HTTP and delivers them, for a comparison. The texts are templates. */
export interface PeerArguments {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Requests at once. */
  readonly connections: number;
  readonly messages: number;
  /** Messages a second; undefined: as fast as the peer accepts them. */
  readonly rate: number | undefined;
  /** The processes whose CPU is measured, together with those that they have started. */
  readonly pids: readonly number[];
  /** Where the receiver listens, for peers that have to know before; 0: any free port. */
  readonly receiverPort: number;
}

/** The most that may be asked for, so that a slip of the finger does not become an attack. */
const MOST = { connections: 256, messages: 1_000_000, rate: 10_000 };
const DEFAULTS = { connections: 32, messages: 20_000 };
const METHODS = ['POST', 'PUT'];

export const PEER_OPTIONS = {
  peer: { type: 'string' },
  'peer-method': { type: 'string', default: 'POST' },
  'peer-header': { type: 'string', multiple: true },
  'peer-body': { type: 'string', default: '{{event}}' },
  'peer-connections': { type: 'string', default: String(DEFAULTS.connections) },
  'peer-rate': { type: 'string' },
  'peer-pid': { type: 'string', multiple: true },
  'peer-receiver-port': { type: 'string', default: '0' },
  'peer-elsewhere': { type: 'boolean', default: false },
} as const;

export const PEER_USAGE = `  --peer URL     instead of Signet, measure another program that takes messages at this URL and delivers them to our receiver
  --peer-method M, --peer-header 'name: value' (several), --peer-body TEMPLATE or @FILE   its requests (POST, the message as a CloudEvent);
                 texts may hold ${PLACEHOLDERS.map((name) => `{{${name}}}`).join(' ')} {{env.NAME}}
  --peer-connections N  requests at once (${DEFAULTS.connections}, at most ${MOST.connections}); --messages N at most ${MOST.messages}
  --peer-rate N  messages a second (at most ${MOST.rate}) instead of as many as it accepts
  --peer-pid N   a process of the peer, whose CPU is measured with that of its children (several)
  --peer-receiver-port N  where our receiver listens, for a peer that must know before
  --peer-elsewhere  the peer is on another machine, and you may put load on it: needs --peer-rate`;

interface PeerValues {
  readonly peer?: string | undefined;
  readonly messages?: string | undefined;
  readonly 'peer-method': string;
  readonly 'peer-header'?: readonly string[] | undefined;
  readonly 'peer-body': string;
  readonly 'peer-connections': string;
  readonly 'peer-rate'?: string | undefined;
  readonly 'peer-pid'?: readonly string[] | undefined;
  readonly 'peer-receiver-port': string;
  readonly 'peer-elsewhere': boolean;
}

/** undefined without `--peer`. @throws UsageError */
export function readPeer(values: PeerValues): PeerArguments | undefined {
  if (values.peer === undefined) {
    if (values['peer-pid'] || values['peer-rate'] || values['peer-header'] || values['peer-elsewhere'])
      throw new UsageError('The options --peer-… are for --peer URL.');
    return undefined;
  }
  const { 'peer-rate': rate, 'peer-body': body } = values;
  const peer = {
    url: values.peer,
    method: values['peer-method'].toUpperCase(),
    headers: (values['peer-header'] ?? []).map(headerOf),
    body: body.startsWith('@') ? textOf(body.slice(1)) : body,
    connections: bounded('--peer-connections', values['peer-connections'], MOST.connections),
    messages: values.messages === undefined ? DEFAULTS.messages : bounded('--messages', values.messages, MOST.messages),
    rate: rate === undefined ? undefined : bounded('--peer-rate', rate, MOST.rate),
    pids: (values['peer-pid'] ?? []).map((pid) => bounded('--peer-pid', pid)),
    receiverPort:
      values['peer-receiver-port'] === '0' ? 0 : bounded('--peer-receiver-port', values['peer-receiver-port'], 65_535),
  };
  if (!METHODS.includes(peer.method)) throw new UsageError(`--peer-method takes ${METHODS.join(' or ')}.`);
  refuseUnknownPlaceholders([peer.url, peer.body, ...peer.headers.map(([, value]) => value)]);
  refuseOthers(peer.url, values['peer-elsewhere'], peer.rate);
  return peer;
}

function refuseUnknownPlaceholders(templates: readonly string[]): void {
  const unknown = templates.flatMap(unknownPlaceholders);
  if (unknown.length > 0) throw new UsageError(`There is no placeholder {{${unknown.join('}}, {{')}}}.`);
}

/** Load on the machine of others is asked for twice, and has a rate. */
function refuseOthers(url: string, isElsewhere: boolean, rate: number | undefined): void {
  if (!URL.canParse(url)) throw new UsageError(`--peer takes a URL, not "${url}".`);
  if (isOnThisMachine(new URL(url))) return;
  if (!isElsewhere)
    throw new UsageError(`${new URL(url).host} is not this machine. If you may put load on it, say --peer-elsewhere.`);
  if (rate === undefined) throw new UsageError('--peer-elsewhere needs --peer-rate.');
}

function headerOf(text: string): readonly [string, string] {
  const at = text.indexOf(':');
  if (at < 1) throw new UsageError(`--peer-header takes 'name: value', not "${text}".`);
  return [text.slice(0, at).trim().toLowerCase(), text.slice(at + 1).trim()];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--peer-body: ${(error as Error).message}`, { cause: error });
  }
}
