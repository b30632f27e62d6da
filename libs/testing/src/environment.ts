/** The value of a variable that `npm test` sets; throws a sentence that says how to get one. */
export function testSetting(name: 'SIGNET_TEST_DATABASE_URL' | 'SIGNET_TEST_KAFKA_BROKERS'): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: run the tests by \`npm test\`, which starts PostgreSQL and Kafka for them.`);
  }
  return value;
}

/** The installation of all tests: they share one Kafka. */
export const TEST_INSTALLATION = 'test';
