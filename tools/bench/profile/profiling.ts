import { mkdirSync, writeFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Inspectors } from '../observe/inspectors.ts';
import type { Observer } from '../observe/observer.ts';
import { flameGraph } from './flame-graph.ts';
import { framesOf } from './frames.ts';
import { timesOf } from './self-time.ts';
import { timesReport } from './times-report.ts';

/** The profiles of one measured part of a scenario. */
export interface ProfiledPart {
  readonly part: string;
  readonly folder: string;
  /** Self time by package, one table for each process. */
  readonly tables: readonly string[];
  /** Why a process has no profile. */
  readonly notes: readonly string[];
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

interface Profiled {
  call<T>(method: string, params?: object): Promise<T>;
}

/**
 * CPU profiles of the Node processes of Signet and of the driver. For each process it writes `<name>.cpuprofile`, which Chrome DevTools,
 * VS Code and speedscope read, a flame graph `<name>.svg`, and `packages.txt` with the tables of all of them.
 */
export class Profiling implements Observer {
  readonly #inspectors: Inspectors;
  readonly #folder: string;
  readonly #parts: ProfiledPart[] = [];

  constructor(inspectors: Inspectors, folder: string) {
    this.#inspectors = inspectors;
    this.#folder = folder;
  }

  get parts(): readonly ProfiledPart[] {
    return this.#parts;
  }

  async begin(part: string): Promise<() => Promise<void>> {
    const notes: string[] = [];
    const inspectors = await this.#inspectors.all((name, reason) => notes.push(`${name} has no profile: ${reason}`));
    const own = new Session();
    own.connect();
    const driver: Profiled = { call: (method, params) => own.post(method, params) as Promise<never> };
    const profiled = new Map<string, Profiled>([...inspectors, ['driver', driver]]);
    await Promise.all([...profiled.values()].map(start));
    return async () => {
      const profiles = await Promise.all(
        [...profiled].map(async ([name, process]) => {
          try {
            return [name, await stop(process)] as const;
          } catch (error) {
            notes.push(`${name} has no profile: ${(error as Error).message}`);
            return undefined;
          }
        }),
      );
      own.disconnect();
      this.#parts.push(
        await this.#write(
          part,
          profiles.filter((one) => one !== undefined),
          notes,
        ),
      );
    };
  }

  async #write(
    part: string,
    profiles: readonly (readonly [string, Profiler.Profile])[],
    notes: readonly string[],
  ): Promise<ProfiledPart> {
    const folder = join(this.#folder, part.replaceAll(' ', '-'));
    mkdirSync(folder, { recursive: true });
    const tables: string[] = [];
    for (const [name, profile] of profiles) {
      const times = timesOf(profile, ROOT);
      tables.push(timesReport(name, times));
      writeFileSync(join(folder, `${name}.cpuprofile`), JSON.stringify(profile));
      const title = `${part}: ${name}, ${(times.busyMicros / 1e6).toFixed(2)} s`;
      writeFileSync(join(folder, `${name}.svg`), await flameGraph(title, framesOf(profile, ROOT)));
    }
    writeFileSync(join(folder, 'packages.txt'), `${[...tables, ...notes].join('\n\n')}\n`);
    return { part, folder, tables, notes };
  }
}

async function start(process: Profiled): Promise<void> {
  await process.call('Profiler.enable');
  await process.call('Profiler.start');
}

async function stop(process: Profiled): Promise<Profiler.Profile> {
  const { profile } = await process.call<Profiler.StopReturnType>('Profiler.stop');
  await process.call('Profiler.disable');
  return profile;
}
