/** How a client authenticates itself to the brokers, and the brokers to itself. Undefined parts are left out. */
export interface KafkaSecurity {
  /** Undefined: the connection is not encrypted. */
  readonly tls?: KafkaTls | undefined;
  readonly sasl?: KafkaSasl | undefined;
}

export interface KafkaTls {
  /** Authorities that sign the brokers' certificates, PEM; undefined: those that Node.js trusts. */
  readonly ca?: string | undefined;
  /** The client's own certificate and key, PEM; both or none. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

export interface KafkaSasl {
  readonly mechanism: (typeof SASL_MECHANISMS)[number];
  readonly username: string;
  readonly password: string;
}

/** The same settings under the names that kafkajs has for them. */
export const kafkajsSecurity = ({ tls, sasl }: KafkaSecurity) => ({
  ...(tls && { ssl: { ca: tls.ca, cert: tls.cert, key: tls.key } }),
  ...(sasl && { sasl: kafkajsSasl(sasl) }),
});

/** The three mechanisms differ only in their names. kafkajs has a type for each, so each needs a case of its own. */
function kafkajsSasl({ mechanism, username, password }: KafkaSasl) {
  const who = { username, password };
  switch (mechanism) {
    case 'PLAIN':
      return { mechanism: 'plain' as const, ...who };
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256' as const, ...who };
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512' as const, ...who };
  }
}
