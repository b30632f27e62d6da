import type { ArrivalColumns, ArrivalCount } from './receiver/arrivals.ts';
import type { Counts, LedgerOfPaths } from './receiver/control.ts';

const NOTHING: ArrivalCount = { messages: 0, requests: 0, unsigned: 0 };

/** The receiver, as the driver asks it. */
export class ReceiverClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async counts(): Promise<(path: string) => ArrivalCount> {
    const counts = await this.#get<Counts>('/control/counts');
    return (path) => counts[path] ?? NOTHING;
  }

  async ledger(paths: readonly string[]): Promise<ReadonlyMap<string, ArrivalColumns>> {
    const query = new URLSearchParams(paths.map((path): [string, string] => ['path', path]));
    return new Map(Object.entries(await this.#get<LedgerOfPaths>(`/control/ledger?${query}`)));
  }

  /** Forgets everything that came. */
  async forget(): Promise<void> {
    await fetch(`${this.url}/control/ledger`, { method: 'DELETE' });
  }

  async #get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}${path}`);
    if (!response.ok) throw new Error(`The receiver answered ${response.status} to ${path}.`);
    return (await response.json()) as T;
  }
}
