import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';

interface Connection {
  disconnect(): Promise<unknown>;
}
interface ConnectionPool {
  getConnection(index?: number): Promise<Connection>;
}
interface Broker {
  readonly connectionPool: ConnectionPool;
  disconnect(): Promise<unknown>;
}
/** The brokers of one producer, consumer or admin. */
interface BrokerPool {
  readonly brokers: Readonly<Record<string, Broker>>;
  readonly seedBroker: Broker | undefined;
  connect(): Promise<void>;
  connectBroker(broker: Broker): Promise<void>;
  createSeedBroker(): Promise<void>;
  disconnect(): Promise<void>;
}
interface Cluster {
  readonly brokerPool: BrokerPool;
  connect(): Promise<void>;
}

/** Broker pools that were disconnected, and the connection pools that they had then. */
const closed = new WeakSet<BrokerPool | ConnectionPool>();

/**
 * Not retriable: a caller that waits for an answer fails, instead of trying again on a new connection. Its cause is retriable: a
 * consumer that kafkajs itself has disconnected, after another error, begins anew (consumer/index.js asks the last cause).
 */
const refusal = (): Error => {
  const refused = new kafkajs.KafkaJSNonRetriableError('The client has been disconnected.');
  return Object.assign(refused, { cause: new kafkajs.KafkaJSConnectionError('The connections were closed.') });
};

let isPatched = false;

/**
 * kafkajs 2.2.4 closes the connections that are open at that moment. A join, a metadata request or a retry under way may then open
 * a new connection, which is never closed: it keeps the process alive, and a consumer stays a member of its group. A request that
 * is made while kafkajs waits for the last answers even replaces the socket, and the former socket stays open.
 *
 * With this patch, no connection is opened from the beginning of a disconnect until the client is connected again, and a connection
 * that was being opened is closed. Requests under way end with an error that is not retried.
 */
export function stayClosed(): void {
  if (isPatched) return;
  isPatched = true;
  const require = createRequire(import.meta.url);
  const prototypeOf = <T>(module: string): T => (require(module) as { prototype: T }).prototype;
  patchCluster(prototypeOf<Cluster>('kafkajs/src/cluster'));
  patchBrokerPool(prototypeOf<BrokerPool>('kafkajs/src/cluster/brokerPool'));
  patchConnectionPool(prototypeOf<ConnectionPool>('kafkajs/src/network/connectionPool'));
}

/** A producer, consumer or admin is connected with this method; so is a consumer that begins anew after a crash. */
function patchCluster(prototype: Cluster): void {
  const { connect } = prototype;
  prototype.connect = function (this: Cluster): Promise<void> {
    closed.delete(this.brokerPool);
    return connect.call(this);
  };
}

function patchBrokerPool(prototype: BrokerPool): void {
  const { connect, connectBroker, createSeedBroker, disconnect } = prototype;
  prototype.disconnect = function (this: BrokerPool): Promise<void> {
    closed.add(this);
    const brokers = [...Object.values(this.brokers), ...(this.seedBroker ? [this.seedBroker] : [])];
    for (const { connectionPool } of brokers) closed.add(connectionPool);
    return disconnect.call(this);
  };
  // A broker that kafkajs learns of, or rotates to, after the disconnect has a connection pool without the mark.
  prototype.connectBroker = async function (this: BrokerPool, broker: Broker): Promise<void> {
    if (closed.has(this)) throw refusal();
    // A metadata request that was under way may have kept this broker over a disconnect.
    closed.delete(broker.connectionPool);
    await connectBroker.call(this, broker);
    if (!closed.has(this)) return;
    await broker.disconnect();
    throw refusal();
  };
  prototype.createSeedBroker = function (this: BrokerPool): Promise<void> {
    return closed.has(this) ? Promise.reject(refusal()) : createSeedBroker.call(this);
  };
  prototype.connect = async function (this: BrokerPool): Promise<void> {
    if (closed.has(this)) throw refusal();
    if (this.seedBroker) closed.delete(this.seedBroker.connectionPool);
    await connect.call(this);
    if (!closed.has(this)) return;
    await this.seedBroker?.disconnect();
    throw refusal();
  };
}

function patchConnectionPool(prototype: ConnectionPool): void {
  const { getConnection } = prototype;
  prototype.getConnection = async function (this: ConnectionPool, index?: number): Promise<Connection> {
    if (closed.has(this)) throw refusal();
    const connection = await getConnection.call(this, index);
    if (!closed.has(this)) return connection;
    await connection.disconnect();
    throw refusal();
  };
}
