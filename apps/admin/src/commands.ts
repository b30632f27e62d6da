/** An app that has commands for signet-admin. */
export type ServiceName = 'registry' | 'ingestion' | 'delivery';

/** A command that each of these services carries out for its own part, one after the other. */
export interface ServiceCommand {
  readonly services: readonly ServiceName[];
  readonly summary: string;
  /** The text of the help: the arguments behind the name, and what the command does. */
  readonly help: string;
}

/** A command with a program of its own, which prints its own output. */
export interface ProgramCommand {
  /** Path from the root of the repository, and of the image. */
  readonly program: string;
  readonly summary: string;
}

export const SERVICE_COMMANDS: Readonly<Record<string, ServiceCommand>> = {
  migrate: {
    services: ['registry', 'delivery'],
    summary: 'brings the tables up to date',
    help: `migrate [--phase expand|contract]
    expand, the default, adds what this version needs and the one before it passes over: run it before a roll-out.
    contract takes away what the version before no longer uses: run it once every replica has this version.
    When another session holds a lock for longer than SIGNET_MIGRATE_WAIT, it ends with 69 and names that session.`,
  },
  check: {
    services: ['registry', 'ingestion', 'delivery'],
    summary: 'looks at connections, topics, clock, keys, tables and the installation',
    help: `check
    Looks at what the services need, and changes nothing: PostgreSQL and Kafka let us in and belong to this installation; the clocks of
    PostgreSQL and this machine agree; the tables have what this version needs; every service that uses them reads the
    formats of SIGNET_WRITE_FORMATS; the sealing keys open what is stored; the topics are there and set up as Signet expects. Ends with 1 where there is a fault; a
    warning is none.`,
  },
  reseal: {
    services: ['registry', 'delivery'],
    summary: 'brings what is stored under the first sealing key',
    help: `reseal
    Seals every stored secret under the first of SIGNET_SEALING_KEYS, in PostgreSQL and on Kafka. It may be interrupted and run again.`,
  },
  republish: {
    services: ['registry'],
    summary: "publishes the registry's tables once more",
    help: `republish
    Has the present state of every webhook, tenant and API key published once more. The registry does so by itself when it has to.`,
  },
  rebuild: {
    services: ['registry', 'delivery'],
    summary: 'makes the projections anew from the events',
    help: `rebuild
    Drops the tables that the APIs read, and makes them again from the events. The services may run; what they record waits.`,
  },
  'unreadable-webhooks': {
    services: ['registry'],
    summary: 'lists or removes webhooks that no key opens',
    help: `unreadable-webhooks [list | remove ID…]
    Lists the webhooks on Kafka whose secrets no sealing key opens, and what to do. remove takes those off Kafka that the registry does
    not have.`,
  },
};

export const PROGRAM_COMMANDS: Readonly<Record<string, ProgramCommand>> = {
  'dead-letters': {
    program: 'apps/ingestion/dist/commands/dead-letters.js',
    summary: 'lists, shows and puts back records that were set aside',
  },
  'search-secrets': {
    program: 'apps/admin/dist/search-secrets.js',
    summary: 'looks for secrets in PostgreSQL, Kafka and folders',
  },
};
