import { openDataDir } from './data-folder/data-dir.ts';
import type { DataDir } from './data-folder/data-dir.ts';
import { provideDemoWebhook } from './demo/demo-webhook.ts';
import type { Demo } from './demo/demo.ts';
import { provideDemo } from './demo/demo.ts';
import { reasonAgainstDemo } from './demo/demo.policy.ts';
import { showFirstDelivery } from './demo/first-delivery.ts';
import { superviseGateway } from './gateway/gateway-process.ts';
import type { ServiceName } from './gateway/gateway-routes.ts';
import { Infrastructure } from './servers/infrastructure.ts';
import type { Keys } from './demo/keys.ts';
import { provideKeys } from './demo/keys.ts';
import type { LocalFile, ServicePlace } from './data-folder/local-file.ts';
import { Ports } from './servers/ports.ts';
import { removeFile, writePrivateJson } from './data-folder/private-file.ts';
import { say } from './progress.ts';
import { ReceiverProcess } from './receiver/receiver-process.ts';
import { RunningFile } from './data-folder/running-file.ts';
import { Services } from './services/services.ts';
import type { DevSettings } from './settings.ts';
import type { Supervised } from './services/supervised.ts';
import { createTopics } from './servers/topics.ts';
import type { Targets } from '../watch/watch-files.ts';
import { Watching } from '../watch/watching.ts';
import type { WatchPlaces } from '../watch/watching.ts';

const RECEIVER_PORT = 8090;

/** The whole system of `npm start`: what runs, in the order in which it starts, and ends the other way round. */
export class System {
  readonly dataDir: DataDir;
  readonly keys: Keys;
  readonly settings: DevSettings;
  readonly #running: RunningFile;
  readonly #ports: Ports;
  readonly #infrastructure: Infrastructure;
  readonly #stopping = new AbortController();
  #starting: Promise<unknown> = Promise.resolve();
  #services: Services | undefined;
  #gateway: Supervised | undefined;
  #receiver: ReceiverProcess | undefined;
  #watching: Watching | undefined;
  #local: Omit<LocalFile, 'services'> | undefined;

  private constructor(settings: DevSettings, dataDir: DataDir, running: RunningFile, ports: Ports) {
    this.settings = settings;
    this.dataDir = dataDir;
    this.keys = provideKeys(settings, dataDir);
    this.#running = running;
    this.#ports = ports;
    this.#infrastructure = new Infrastructure({ settings, dataDir, ports, stopping: this.#stopping.signal });
  }

  /** Takes the data folder over from an earlier launcher; throws when that one still runs. */
  static async open(settings: DevSettings, ports = new Ports()): Promise<System> {
    const dataDir = openDataDir(settings.dataDir);
    const running = new RunningFile(dataDir.running);
    await running.takeOver(say);
    removeFile(dataDir.local);
    return new System(settings, dataDir, running, ports);
  }

  /**
   * Resolves to what local.json says when everything is ready and a first event has arrived.
   *
   * @param options with `watch`, also Prometheus and Alertmanager
   */
  async start({ watch = false }: { watch?: boolean } = {}): Promise<LocalFile> {
    const infrastructure = this.#infrastructure.start();
    this.#starting = infrastructure;
    const places = await this.#step(infrastructure);
    await this.#step(this.#infrastructure.compare(this.keys.installation));
    await this.#step(createTopics(places.kafkaBrokers, this.settings.sourceTopics));
    await this.#startProcesses(places);

    const url = await this.#step(this.#startGateway());
    say(`The public address is ${url}`);

    const demo = await this.#step(provideDemo(url, this.keys, this.dataDir.demo));
    await this.#startDemo(url, demo);
    const { tenantId, tenantKey, producerKey } = demo;
    const { installation } = this.keys;
    const watched = watch ? await this.#startWatching() : {};
    this.#local = {
      url,
      installation,
      operatorKey: this.keys.operatorKey,
      tenantId,
      tenantKey,
      producerKey,
      ...places,
      prefix: this.settings.prefix,
      ...watched,
    };
    this.#stopping.signal.throwIfAborted();
    return this.#writeLocal(this.#local);
  }

  /** Ends everything; may be called again with `hard` while it is still ending. Never leaves a process behind. */
  async stop(options: { hard?: boolean } = {}): Promise<void> {
    this.#stopping.abort(new Error('Stopping.'));
    this.#local = undefined;
    removeFile(this.dataDir.local);
    // A server that is being started has to be up before it can be ended.
    await this.#starting.catch(() => undefined);
    await this.#watching?.stop();
    await this.#services?.stop(options);
    await this.#gateway?.stop(options);
    await this.#receiver?.process.stop(options);
    await this.#infrastructure.stop(options);
    this.#running.close();
  }

  #own(): { dataDir: DataDir; running: RunningFile; ports: Ports } {
    return { dataDir: this.dataDir, running: this.#running, ports: this.#ports };
  }

  async #startProcesses(places: { databaseUrl: string; kafkaBrokers: string }): Promise<void> {
    const onRestart = (): void => void (this.#local && this.#writeLocal(this.#local));
    const common = { settings: this.settings, keys: this.keys, ...this.#own(), ...places };
    this.#services = new Services({ ...common, onRestart, stopping: this.#stopping.signal });
    await this.#step(this.#services.start());
  }

  /** Resolves to the public address. */
  #startGateway(): Promise<string> {
    const { host, port: preferred } = this.settings;
    return this.#ports.startOnOne({ what: 'the public address', preferred, isGuessed: true }, async (port) => {
      this.#stopping.signal.throwIfAborted();
      const { upstreams } = this.#services ?? {};
      if (upstreams === undefined) throw new Error('The services have not been started.');
      this.#gateway = superviseGateway({ host, port, ...this.#own(), upstreams });
      await this.#gateway.start();
      return `http://localhost:${port}`;
    });
  }

  async #startWatching(): Promise<WatchPlaces> {
    const { watchInterval: interval, watchReceiver: receiver } = this.settings;
    const targets = Object.fromEntries(
      (this.#services?.all ?? []).map(({ name, managementPort }) => [name, managementPort]),
    ) as Targets;
    this.#watching = new Watching({ ...this.#own(), targets, interval, receiver, stopping: this.#stopping.signal });
    const places = await this.#step(this.#watching.start());
    for (const [name, url] of Object.entries(places)) say(`${name} is ready on ${url}`);
    return places;
  }

  /** The bundled receiver, its webhook and a first delivery to it; without them where deliveries may not go there. */
  async #startDemo(url: string, demo: Demo): Promise<void> {
    const reason = reasonAgainstDemo(this.settings.egressAllow);
    if (reason !== undefined) return say(reason);
    const preferred = demo.receiverPort ?? RECEIVER_PORT;
    const receiver = await this.#step(
      this.#ports.startOnOne({ what: 'the bundled receiver', preferred }, async (port) => {
        this.#stopping.signal.throwIfAborted();
        this.#receiver = new ReceiverProcess({ port, ...this.#own() });
        await this.#receiver.process.start();
        return this.#receiver;
      }),
    );
    const webhook = await this.#step(provideDemoWebhook(url, demo.tenantKey, receiver.url));
    writePrivateJson(this.dataDir.demo, { ...demo, receiverPort: receiver.port });
    receiver.trust([webhook.secret]);
    await this.#step(showFirstDelivery({ url, demo, webhook, receiver, stopping: this.#stopping.signal }));
  }

  /** A step of the start. If the system is to stop, the start ends after this step. */
  async #step<T>(step: Promise<T>): Promise<T> {
    const result = await step;
    this.#stopping.signal.throwIfAborted();
    return result;
  }

  #writeLocal(local: Omit<LocalFile, 'services'>): LocalFile {
    const entries = (this.#services?.all ?? []).map(({ name, port, managementPort, process }) => [
      name,
      { pid: process.pid ?? 0, port, managementPort } satisfies ServicePlace,
    ]);
    const file = { ...local, services: Object.fromEntries(entries) as Record<ServiceName, ServicePlace> };
    writePrivateJson(this.dataDir.local, file);
    return file;
  }
}
