import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../dev/settings.ts';
import { shortenedRules } from './shortened-rules.ts';

/** Where the management ports are, by job of prometheus.yaml without `signet-`. */
export type Targets = Readonly<Record<'registry' | 'ingestion' | 'delivery', number>>;

export interface WatchFilesOptions {
  /** Folder that is filled; what an earlier start left there of configuration is replaced. */
  readonly folder: string;
  readonly targets: Targets;
  readonly prometheusPort: number;
  readonly alertmanagerPort: number;
  /** How often Prometheus asks and judges and Alertmanager tells, such as `1s`; undefined: as the files say. */
  readonly interval?: string | undefined;
  /** Where Alertmanager's example receivers are, such as `http://127.0.0.1:9999`; undefined: as the file says. */
  readonly receiver?: string | undefined;
  /** By how much the times of the rules are shorter; undefined: not at all. */
  readonly shorterBy?: number | undefined;
}

export interface WatchFiles {
  readonly prometheus: string;
  readonly alertmanager: string;
}

/** Times in the files that `interval` replaces. */
const PACES = /^(\s*(?:- )?(?:scrape_interval|scrape_timeout|evaluation_interval|group_wait|group_interval): )\w+$/gm;
const REFRESH = /refresh_interval: \w+/g;
const RECEIVER = /http:\/\/127\.0\.0\.1:9095/g;

/** Copies deploy/prometheus and deploy/alertmanager, and writes the targets of this system beside them. */
export function writeWatchFiles(options: WatchFilesOptions): WatchFiles {
  const { folder, targets, prometheusPort, alertmanagerPort, interval, receiver, shorterBy } = options;
  const configuration = join(folder, 'configuration');
  rmSync(configuration, { recursive: true, force: true });
  for (const name of ['prometheus', 'alertmanager'])
    cpSync(join(ROOT, 'deploy', name), join(configuration, name), { recursive: true });
  const prometheus = join(configuration, 'prometheus/prometheus.yaml');
  const alertmanager = join(configuration, 'alertmanager/alertmanager.yaml');
  change(prometheus, (text) => text.replace('localhost:9090', `127.0.0.1:${prometheusPort}`));
  if (receiver !== undefined) change(alertmanager, (text) => text.replaceAll(RECEIVER, receiver));
  if (interval !== undefined) {
    for (const file of [prometheus, alertmanager])
      change(file, (text) =>
        text.replaceAll(PACES, `$1${interval}`).replaceAll(REFRESH, `refresh_interval: ${interval}`),
      );
  }
  if (shorterBy !== undefined) {
    const rules = join(configuration, 'prometheus/rules');
    for (const name of readdirSync(rules)) change(join(rules, name), (text) => shortenedRules(text, shorterBy));
  }
  for (const [name, port] of Object.entries({ ...targets, alertmanager: alertmanagerPort }))
    writeFileSync(join(configuration, `prometheus/targets/${name}.yaml`), `- targets: ['127.0.0.1:${port}']\n`);
  return { prometheus, alertmanager };
}

const change = (file: string, replaced: (text: string) => string): void =>
  writeFileSync(file, replaced(readFileSync(file, 'utf8')));
