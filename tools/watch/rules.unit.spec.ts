import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../dev/settings.ts';
import { alertRules, expectations, firesIn, isQuietIn } from './alert-tests.ts';
import {
  ALERTMANAGER_CONFIG,
  knownSeries,
  metricsIn,
  PROMETHEUS,
  ruleFiles,
  ruleTests,
  textOfRules,
  valuesOf,
} from './rule-files.ts';

const RUNBOOKS = 'https://signet.example/runbooks/';

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const withPromtool = has('promtool') ? test : test.skip;
const withAmtool = has('amtool') ? test : test.skip;

/** @returns the output of the program; the test fails where the program refuses its input */
function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: PROMETHEUS });
  expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
  return stdout;
}

withPromtool('promtool takes the configuration and every rule', () => {
  run('promtool', ['check', 'config', 'prometheus.yaml']);
  run('promtool', ['check', 'rules', ...ruleFiles()]);
});

withPromtool('each alert fires at a time when it must, and not at one when it must not', () => {
  run('promtool', ['test', 'rules', ...ruleTests()]);
});

// The watchdog always fires, so there is no time at which it must not.
const tested = alertRules().filter(({ alert }) => alert !== 'SignetWatchdog');

test.each(tested.map((rule) => [`${rule.alert} ${JSON.stringify(rule.labels)}`, rule] as const))(
  '%s fires at one time of a test and not at another',
  (_name, rule) => {
    const all = expectations();
    const firing = all.filter((expected) => firesIn(rule, expected, tested)).map(({ test }) => test);
    const quiet = all.filter((expected) => isQuietIn(rule, expected)).map(({ test }) => test);
    expect(firing).not.toEqual([]);
    expect(firing.filter((test) => quiet.includes(test))).not.toEqual([]);
  },
);

test('every rule that makes an alert is found', () => {
  expect(alertRules()).toHaveLength(valuesOf('alert').length);
});

test('every metric of a rule is one that a service or a rule makes', () => {
  const known = knownSeries(['nodejs_eventloop_lag_p99_seconds']);
  const used = valuesOf('expr')
    .map((expr) => expr.replaceAll(/\{[^}]*\}/g, ''))
    .flatMap(metricsIn);
  expect(used.length).toBeGreaterThan(30);
  expect([...new Set(used)].filter((name) => !known.has(name))).toEqual([]);
});

test('the runbook of each alert is there, and names it', () => {
  const alerts = [...textOfRules().matchAll(/- alert: (\w+)\n[\s\S]*?(?:runbook_url: (\S+)|annotations: \*(\w+))/g)];
  expect(alerts).toHaveLength(valuesOf('alert').length);
  const faults = alerts.flatMap(([, alert = '', url]) => {
    if (url === undefined) return [];
    const page = join(ROOT, 'docs/runbooks', url.replace(RUNBOOKS, ''));
    if (!existsSync(page)) return [`${alert}: there is no ${url}`];
    return readFileSync(page, 'utf8').includes(alert) ? [] : [`${url} does not name ${alert}`];
  });
  expect(faults).toEqual([]);
});

test('every alert is named in the list of runbooks', () => {
  const list = readFileSync(join(ROOT, 'docs/runbooks/README.md'), 'utf8');
  const pages = new Set(valuesOf('runbook_url').map((url) => url.replace(RUNBOOKS, '')));
  expect([...pages].filter((page) => !list.includes(`(${page})`))).toEqual([]);
});

withAmtool('amtool takes the configuration of Alertmanager', () => {
  run('amtool', ['check-config', ALERTMANAGER_CONFIG]);
});

withAmtool.each([
  ['dead-mans-switch', 'alertname=SignetWatchdog', 'severity=none', 'audience=platform'],
  ['tenants', 'alertname=SignetWebhookFailing', 'severity=info', 'audience=tenant'],
  ['tenants', 'alertname=SignetWebhookDisabled', 'severity=critical', 'audience=tenant'],
  ['platform-pages', 'alertname=SignetRelayStuck', 'severity=page', 'audience=platform'],
  ['platform-tickets', 'alertname=SignetDeadLetters', 'severity=ticket', 'audience=platform'],
])('the receiver %s gets alerts with %s', (receiver, ...labels) => {
  const config = `--config.file=${ALERTMANAGER_CONFIG}`;
  expect(run('amtool', ['config', 'routes', 'test', config, ...labels]).trim()).toBe(receiver);
});
