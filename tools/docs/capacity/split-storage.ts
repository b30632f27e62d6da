/** How delivery's storage would be split. A design: a change of the code that makes it true belongs into an ADR. */
export const SPLIT_STORAGE = `## Beyond it: delivery's storage split by partition

**This is a design. It is not built.** It can be built without changing what a delivery is, since nearly everything that delivery stores belongs to one webhook, a webhook
belongs to one partition of \`delivery.requests.v1\`, and only the owner of that partition writes it, under its epoch.

The storage becomes a fixed number of *stores*, say 16. A store is a database with the schema of delivery as it is today. Several stores may lie in one
server at first; each can move to a server of its own later.

### How rows find their server

| step | rule |
|---|---|
| webhook → partition | Kafka's own: \`murmur2(webhook id) & 0x7fffffff mod partitions\`, as today |
| partition → store | \`partition mod stores\`. The number of stores is chosen once, before the first start, as the number of partitions is |
| store → server | a setting, one URL for each store, the same in every replica, such as \`SIGNET_DELIVERY_STORES\` |

Each store says in a row of its own which store of which number it is ("store 3 of 16, installation shop"). A replica compares that when it connects, and stops where it
differs: two URLs that were exchanged by mistake must not write one row.

### Fences

The fences of today stay, each in the store of its partition:

- **Owner of a partition.** \`partition_owners\` is in the store. Taking a partition raises its epoch there, and every write of the owner checks the epoch in the same
  transaction. No transaction spans two stores, so no two-phase commit is needed: a batch of outcomes is grouped by store before it is written.
- **Relay of outcomes.** One for each store, with the lock of that store. This is also what splits the one relay of today: 16 of them run in up to 16 replicas. A webhook's
  outcomes stay in order, since they all are in one store.
- **Time.** Due times go by [the steady clock](../adr/0042-one-steady-clock.md), which is PostgreSQL's. Store 0 gives it to every replica. The other servers' clocks are compared with it and
  watched by the alert for wrong clocks, and are used for nothing.
- **A store that is away** stops the deliveries of its partitions and no others: their owner pauses exactly these partitions of Kafka, as it pauses all today.

### What changes, piece by piece

| what | today | split |
|---|---|---|
| log, deliveries, work queue, shelf, circuits, replays of a webhook | one database | in the store of the webhook's partition; the tables are the same |
| hosts that answered lately, evidence of a platform fault | one database | in each store, of its own partitions; a process that starts reads all of them |
| connections of a replica | \`SIGNET_DATABASE_POOL\` | a small pool to each store whose partitions it owns, 2 or 3 connections, and as many for its API |
| list of one webhook's deliveries; its retries, replays, circuit | one query | one query: the webhook's id gives the partition, and that the store |
| list of a tenant's deliveries, or of all | one query | the same query in every store at once, merged by the order that lists have already (time, id). The cursor stays one time and id. A page costs as many queries as there are stores, and is as slow as the slowest |
| one delivery by its id | one look | one look in every store: an id is a hash of webhook and message, and does not tell the partition. The API may take a \`webhookId\` beside it, which makes it one look |
| a list while a store is away | 503 | 503 for what needs that store. A list that leaves deliveries out without saying so would be believed |
| kept answers of \`Idempotency-Key\` | in the transaction of what they protect | the same, so in the store of the webhook. One key that is used for two webhooks of different stores is then not noticed as a mistake |
| migrations, retention, \`rebuild\`, \`signet-admin check\` | once | for each store, one after the other; each is restartable, as today |
| storage metrics | one set | a label \`store\` |

### Moving

**A store moves to another server** in the way of a planned failover, and Signet copies no row:

1. Make a standby of the whole server by streaming replication; it has all stores of that server.
2. Close the store's database there (\`alter database … allow_connections false\`) and end its sessions. This is the fence: a replica with the old URL cannot write any more.
   Its partitions wait.
3. When the standby has that, too, promote it and open the database there. Change the URL; the owners take their partitions again.
4. Remove the databases that did not move from the new server, and the one that did from the old.

Between 2 and 3 there are seconds in which a sixteenth of the webhooks gets nothing. Nothing is lost: their messages wait on Kafka.

**One partition moves to another store** only when one partition is too much beside the others in its store. It is more work, and would be built last. The rule above then has exceptions, in
a table of store 0. A replica may read that table too early or too late without harm: each store has a row for each partition that it may write, and no replica can take a
partition in a store without such a row.

1. *Prepare.* The new store gets the row "partition 7 comes from store 3".
2. *Give up.* The owner finishes what is on the wire and gives the partition up. In the old store its epoch is raised once more, and its row says "gone to store 5". An owner that
   has not noticed can no longer write: this transaction is the fence.
3. *Publish.* The relay of the old store publishes the partition's outcomes to the end. Only then may the relay of the new store publish any: otherwise a webhook's outcomes change places.
4. *Copy what is open*: deliveries that have not ended with their log, the work queue, the shelf, circuits, running replays. This is little. Deliveries that have ended stay in the old store until the retention
   removes them; lists of that webhook read both until then.
5. *Take.* The new store's row says "here", with a higher epoch, and the owner takes the partition there.

A crash between two steps leaves the partition with no owner, never with two. Each step may be repeated, so the command goes on where it stopped. For as long as the messages of before
may be repeated, a new request of that partition is looked for in the old store, too: there is no unique index over two servers, and the id of a delivery is what finds a repeat.

**More partitions** of \`delivery.requests.v1\` change the partition of most webhooks, and so their store. Where stores are used, that is a move of nearly everything. Choose a number of partitions that is a
multiple of the number of stores and large enough for ever: 192 partitions for 16 stores cost Kafka nothing.

### What was considered instead

- *A distributed PostgreSQL (Citus, or one that speaks its protocol).* Lists stay one query. But fences, advisory locks, and \`pg_snapshot_xmin\`, by which the relay knows that it has passed over no row, hold in
  one PostgreSQL only.
- *The log on Kafka alone, PostgreSQL for open deliveries only.* It removes nearly all WAL. But a person who looks for one delivery of last month would wait for a scan, unless a search engine
  is built beside it.
- *A second installation for some tenants.* See above: it works today, and should be used until one single tenant is too large for one primary.

The registry is not split. It grows with webhooks and with failures, not with deliveries.`;
