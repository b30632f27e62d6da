/** A place that the Caddyfile sends requests to, and the paths that go there. */
export interface GatewayRule {
  /** Whole paths, and those that end in `/*` with all below them; none: everything else. */
  readonly paths: readonly string[];
  readonly rewrittenTo: string | undefined;
  /** host:port where no variable says otherwise. */
  readonly target: string;
}

/** Reads the `handle` blocks of our Caddyfile, in which a named matcher is a list of paths. */
export function gatewayRules(caddyfile: string): GatewayRule[] {
  const matchers = Object.fromEntries(
    [...caddyfile.matchAll(/^\t(@\w+) path (.+)$/gm)].map(([, name = '', paths = '']) => [name, paths.split(' ')]),
  );
  return [...caddyfile.matchAll(/^\thandle(?: (\S+))? \{\n([\s\S]*?)\n\t\}$/gm)].map(([, matcher, body = '']) => ({
    paths: matcher === undefined ? [] : (matchers[matcher] ?? [matcher]),
    rewrittenTo: /rewrite \* (\S+)/.exec(body)?.[1],
    target: /reverse_proxy \{\$\w+:([\w.-]+:\d+)\}/.exec(body)?.[1] ?? '',
  }));
}

/** Where a path goes. Caddy takes the first `handle` that matches, those with a path before the one without. */
export function routedBy(rules: readonly GatewayRule[], path: string): { target: string; path: string } {
  const found =
    rules.find(({ paths }) => paths.some((pattern) => matches(pattern, path))) ??
    rules.find(({ paths }) => paths.length === 0);
  return { target: found?.target ?? '', path: found?.rewrittenTo ?? path };
}

const matches = (pattern: string, path: string): boolean =>
  pattern.endsWith('/*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
