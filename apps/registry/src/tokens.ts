/** Injection token of the relay from the event store to Kafka. */
export const RELAY = Symbol('registry.relay');

/** Injection token of a boolean: whether SIGNET_SMTP_URL is set, so that alerts can be mailed. */
export const HAS_MAIL_SERVER = Symbol('registry.has-mail-server');
