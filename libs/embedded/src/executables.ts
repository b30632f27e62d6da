import { spawnSync } from 'node:child_process';

/** Java: `JAVA_HOME/bin/java` if JAVA_HOME is set, else `java` of the PATH. Throws with a sentence if it is missing or too old. */
export function javaExecutable(): string {
  const home = process.env['JAVA_HOME'];
  const java = home ? `${home}/bin/java` : 'java';
  const { error, stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const major = Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
  if (error || major < 17) {
    const found = error ? 'there is none' : `the one found is ${major || 'of an unknown version'}`;
    throw new Error(
      `Kafka needs Java 17 or newer, and ${found} (${java}). Install it (Debian: apt-get install openjdk-17-jre-headless), ` +
        'or set SIGNET_KAFKA_BROKERS to a broker of yours.',
    );
  }
  return java;
}

/** Maven of the PATH. Throws a sentence when it is missing. */
export function mavenExecutable(): string {
  if (spawnSync('mvn', ['--version'], { stdio: 'ignore' }).error) {
    throw new Error(
      'Maven fetches Kafka, and there is no mvn. Install it (Debian: apt-get install maven), ' +
        'or set SIGNET_KAFKA_BROKERS to a broker of yours.',
    );
  }
  return 'mvn';
}
