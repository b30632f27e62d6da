import type { Clock } from '@signet/contracts';
import type { Api } from '../api/client.ts';
import { apiClient } from '../api/client.ts';
import { UsageError } from '../errors.ts';
import { Output } from '../output/output.ts';
import { credentialsOf } from '../profile/credentials.policy.ts';
import type { Credentials } from '../profile/credentials.policy.ts';
import { profilesFile, readProfiles } from '../profile/profiles-file.ts';

/** The process around a command; a test gives its own. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly clock: Clock;
  /** Aborted by Ctrl-C and SIGTERM, once a command has asked for it: others end at once. */
  readonly stopped: () => AbortSignal;
}

/** Options that every command takes. */
export interface GlobalOptions {
  readonly profile?: string;
  readonly json?: boolean;
}

/** One run of one command. */
export class Session {
  readonly surroundings: Surroundings;
  readonly output: Output;
  readonly #profileName: string | undefined;
  #credentials: Credentials | undefined;

  constructor(surroundings: Surroundings, { profile, json = false }: GlobalOptions) {
    this.surroundings = surroundings;
    this.#profileName = profile;
    this.output = new Output({ ...surroundings, isJson: json });
  }

  get profileName(): string | undefined {
    return this.#profileName;
  }

  get credentials(): Credentials {
    const { env } = this.surroundings;
    this.#credentials ??= credentialsOf({ env, profileName: this.#profileName, kept: readProfiles(profilesFile(env)) });
    return this.#credentials;
  }

  /** The API with the key of a tenant or an operator; with a producer's key where there is no other. */
  get api(): Api {
    const { url, key, producerKey } = this.credentials;
    return apiClient(url, key ?? producerKey ?? '');
  }

  /** The API as a producer; with the key of the profile where there is no producer's, which is enough for an operator. */
  get producerApi(): Api {
    const { url, key, producerKey } = this.credentials;
    return apiClient(url, producerKey ?? key ?? '');
  }

  now = (): Date => this.surroundings.clock();
}

/** Carries out a command: commander gives the arguments, then the options, then the command. */
export type Perform = <Options extends object>(
  work: (session: Session, options: Options & GlobalOptions, args: readonly string[]) => Promise<void>,
) => (...given: unknown[]) => Promise<void>;

/** An option that names a whole number, such as a limit. */
export function wholeNumber(name: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new UsageError(`${name} is a whole number from ${least} to ${most}, not "${text}".`);
    return value;
  };
}
