import type { WebhookDirectory } from '../../webhook-directory/webhook-directory.ts';
import type { Host } from '../world/host.ts';
import type { World } from '../world/world.ts';

/** How late a replica reads what the registry publishes, milliseconds: usually, and one time in ten. */
const LATE_MS = { usual: 200, seldom: 3_000 };

/** Reads the snapshots of webhooks into a replica's directory, each replica at its own pace. */
export class DirectoryReader {
  private position = 0;

  constructor(
    private readonly directory: WebhookDirectory,
    private readonly world: Pick<World, 'registry' | 'random'>,
    private readonly host: Host,
  ) {}

  start(): void {
    const { registry, random } = this.world;
    this.read();
    registry.onPublished(() => {
      const latest = random.chance(0.1) ? LATE_MS.seldom : LATE_MS.usual;
      this.host.after(random.whole(1, latest), () => this.read());
    });
  }

  private read(): void {
    const { published } = this.world.registry;
    for (; this.position < published.length; this.position += 1) {
      const { webhookId, snapshot } = published[this.position]!;
      if (snapshot) this.directory.put(snapshot);
      else this.directory.remove(webhookId);
    }
  }
}
