import type { LocalFile } from '../../dev/data-folder/local-file.ts';
import { findParts } from '../measure/signet-processes.ts';
import type { PartName } from '../measure/signet-processes.ts';
import { Inspector } from './inspector.ts';

/** The parts that are Node processes. The supervisor is one too, and does nothing while the others run. */
const NODE_PARTS: readonly PartName[] = ['registry', 'ingestion', 'delivery', 'gateway'];

/** The inspectors of the Node processes of a running Signet; each is opened once. */
export class Inspectors {
  readonly #local: () => LocalFile;
  readonly #opened = new Map<number, Inspector | Error>();

  constructor(local: () => LocalFile) {
    this.#local = local;
  }

  /** By the name of the part. A process that opens none is left out, and `onMissing` is told why, once. */
  async all(onMissing: (part: string, reason: string) => void): Promise<ReadonlyMap<PartName, Inspector>> {
    const found = new Map<PartName, Inspector>();
    const others = listeningPorts(this.#local());
    for (const { name, rootPid } of findParts(this.#local())) {
      if (!NODE_PARTS.includes(name)) continue;
      let inspector = this.#opened.get(rootPid);
      if (inspector === undefined) {
        inspector = await Inspector.of(rootPid, others).catch((error: unknown) => error as Error);
        this.#opened.set(rootPid, inspector);
        if (inspector instanceof Error) onMissing(name, inspector.message);
      }
      if (inspector instanceof Inspector && inspector.isOpen) found.set(name, inspector);
    }
    return found;
  }

  close(): void {
    for (const one of this.#opened.values()) if (one instanceof Inspector) one.close();
  }
}

const listeningPorts = ({ url, services }: LocalFile): number[] => [
  Number(new URL(url).port),
  ...Object.values(services).flatMap(({ port, managementPort }) => [port, managementPort]),
];
