import type { RecordingReceiver } from '@signet/testing';
import { waitFor } from '@signet/testing';
import type { Api } from '../api.ts';
import { saleCreated } from '../api.ts';

/** Publishes sales without a break: the next one is sent when every webhook has got the last one. */
export class SteadyFlow {
  private readonly going: Promise<void>;
  private isStopping = false;
  sent = 0;

  constructor(
    private readonly producer: Api,
    private readonly tenantId: string,
    private readonly receiver: RecordingReceiver,
    private readonly webhooks: number,
  ) {
    this.going = this.go();
    // `stop` reports a failure.
    this.going.catch(() => undefined);
  }

  /** Resolves when the last sale has arrived; rejects with the error that ended the flow. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.going;
  }

  private async go(): Promise<void> {
    while (!this.isStopping) {
      const id = `flow-${(this.sent += 1)}`;
      const before = this.receiver.requests.length;
      await this.producer.publishBatch([saleCreated(this.tenantId, id)]);
      const arrived = (): number =>
        new Set(
          this.receiver.requests
            .slice(before)
            .filter(({ body }) => body.includes(`"${id}"`))
            .map(({ path }) => path),
        ).size;
      await waitFor(() => arrived() === this.webhooks, { what: `${id} at every webhook` });
    }
  }
}
