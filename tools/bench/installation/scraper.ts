import { readFileSync } from 'node:fs';
import type { LocalFile } from '../../dev/data-folder/local-file.ts';

/** Asks for the metrics of every service again and again, as Prometheus does, until it is stopped. */
export class Scraper {
  readonly #localFile: string;
  readonly #timer: NodeJS.Timeout;
  #scrapes = 0;
  #failures = 0;
  #last: Promise<void> = Promise.resolve();

  /** The first time at once. @param localFile of the Signet: a service that was started again has another port */
  constructor(localFile: string, everyMs: number) {
    this.#localFile = localFile;
    const scrape = (): void => void (this.#last = this.#scrape());
    this.#timer = setInterval(scrape, everyMs);
    scrape();
  }

  /** @returns how many answers came, and how many did not */
  async stop(): Promise<{ readonly scrapes: number; readonly failures: number }> {
    clearInterval(this.#timer);
    await this.#last;
    return { scrapes: this.#scrapes, failures: this.#failures };
  }

  async #scrape(): Promise<void> {
    const { services } = JSON.parse(readFileSync(this.#localFile, 'utf8')) as LocalFile;
    const asked = Object.values(services).map(async ({ managementPort }) => {
      const answer = await fetch(`http://127.0.0.1:${managementPort}/metrics`);
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`/metrics answered ${answer.status}`);
    });
    for (const { status } of await Promise.allSettled(asked)) {
      if (status === 'fulfilled') this.#scrapes += 1;
      else this.#failures += 1;
    }
  }
}
