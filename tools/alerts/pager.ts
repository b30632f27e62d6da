import { RecordingReceiver, waitFor } from '@signet/testing';

/** How long an alert may take: scrape, rule, group and notification, with the rules shortened, on a busy machine. */
const LONGEST_MS = 120_000;

/** An alert as Alertmanager sends it to its receivers. */
export interface Alert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  /** When the rule began to hold (ISO 8601). Alertmanager names an alert by its labels and this. */
  readonly startsAt: string;
}

export interface ReceivedAlert extends Alert {
  /** Path of the receiver that got the notification, such as `/platform-pages`. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** Labels that an alert must have; it may have more. */
export type Labels = Readonly<Record<string, string>> & { readonly alertname: string };

const has = (alert: Alert, labels: Labels): boolean =>
  Object.entries(labels).every(([name, value]) => alert.labels[name] === value);

/** The HTTP server that all of Alertmanager's receivers point to: keeps every alert that it gets. */
export class Pager {
  readonly #receiver: RecordingReceiver;

  private constructor(receiver: RecordingReceiver) {
    this.#receiver = receiver;
  }

  static async start(): Promise<Pager> {
    return new Pager(await RecordingReceiver.start());
  }

  get url(): string {
    return this.#receiver.url;
  }

  /** Resolves to the first notification of an alert that began after `since`, which is firing; rejects after two minutes. */
  fired(labels: Labels, since: number): Promise<ReceivedAlert> {
    return this.#received(labels, 'fire', (alert) => alert.status === 'firing' && Date.parse(alert.startsAt) >= since);
  }

  /** Resolves to the notification that this very alert is over. */
  resolved(fired: Alert, labels: Labels): Promise<ReceivedAlert> {
    return this.#received(
      labels,
      'resolve',
      (alert) => alert.status === 'resolved' && alert.startsAt === fired.startsAt,
    );
  }

  close(): Promise<void> {
    return this.#receiver.close();
  }

  #received(labels: Labels, what: string, is: (alert: Alert) => boolean): Promise<ReceivedAlert> {
    return waitFor(() => this.#alerts().find((alert) => has(alert, labels) && is(alert)), {
      what: `${JSON.stringify(labels)} to ${what}`,
      timeoutMs: LONGEST_MS,
    });
  }

  #alerts(): ReceivedAlert[] {
    return this.#receiver.requests.flatMap(({ path, body, receivedAt }) =>
      (JSON.parse(body.toString()) as { alerts: Alert[] }).alerts.map((alert) => ({ ...alert, path, receivedAt })),
    );
  }
}
