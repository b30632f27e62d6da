import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const onlyDependOn = (sourceTag, ...tags) => ({ sourceTag, onlyDependOnLibsWithTags: tags });

const NO_EFFECTS = {
  patterns: [
    {
      group: ['node:*', '@nestjs/*', '@mikro-orm/*', 'kysely', 'kafkajs', 'undici', 'pg'],
      message: 'This part is pure.',
    },
  ],
};
const NO_TIME_NO_CHANCE = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Time comes in the command.' },
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: 'Time comes in the command.' },
  { selector: 'MemberExpression[object.name="Math"][property.name="random"]', message: 'Chance comes in the command.' },
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.nx/**', '.signet/**', '.tmp/**', '**/*.gen.ts'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.js', '**/*.mjs'],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: false } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      eqeqeq: ['error', 'smart'],
      'no-console': 'error',
      // Libraries may import only inwards: contract ← core ← runtime ← app; only tests import testing.
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          // The tests of these libraries use `testing`, although `testing` is itself built on them.
          ignoredCircularDependencies: ['kafka', 'event-store', 'signature', 'egress', 'contracts'].map((name) => [
            '@signet/testing',
            `@signet/${name}`,
          ]),
          depConstraints: [
            onlyDependOn('type:contract'),
            onlyDependOn('type:core', 'type:contract', 'type:core'),
            onlyDependOn('type:runtime', 'type:contract', 'type:core', 'type:runtime'),
            onlyDependOn('type:app', 'type:contract', 'type:core', 'type:runtime'),
            // The console uses the other applications over HTTP only.
            onlyDependOn('type:console'),
            // The command line does so too; it shares only what both sides of a signature need.
            onlyDependOn('type:cli', 'type:contract', 'type:core'),
            onlyDependOn('type:embedded'),
            onlyDependOn('type:testing', 'type:contract', 'type:core', 'type:runtime', 'type:embedded'),
            onlyDependOn('type:e2e', 'type:contract', 'type:core', 'type:runtime', 'type:embedded', 'type:testing'),
          ],
        },
      ],
    },
  },
  {
    // Only tests may reach for the testing library and the embedded servers.
    files: ['**/*.spec.ts', '**/src/testing/**'],
    rules: { '@nx/enforce-module-boundaries': 'off' },
  },
  {
    // The console runs in a browser: it may not import Node's modules, or our libraries, which may need them.
    files: ['apps/console/src/**/*.ts', 'apps/console/src/**/*.tsx'],
    ignores: ['**/*.spec.ts'],
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:*', '@signet/*', '@nestjs/*'], message: 'The console runs in a browser.' }] },
      ],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'localStorage'],
    },
  },
  {
    files: ['apps/**/*.ts', 'tools/**/*.ts', 'libs/**/*.ts'],
    ignores: ['libs/kafka/**', 'apps/console/src/**'],
    rules: { 'no-restricted-imports': ['error', { paths: [{ name: 'kafkajs', message: 'Use @signet/kafka.' }] }] },
  },
  {
    files: ['apps/delivery/src/**/*.ts'],
    ignores: [
      'apps/delivery/src/database/mikro-orm-database.ts',
      'apps/delivery/src/partitions/{fence,ownership}.ts',
      '**/*.{decider,migration,spec}.ts',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'MemberExpression[property.name="getKysely"]', message: 'Use the port Database (docs/adr/0049).' },
        {
          selector: 'TemplateElement[value.raw=/partition_owners/]',
          message: 'Whether a claim holds is checked by partitions/fence.ts only.',
        },
      ],
    },
  },
  // Deciders and the scheduler compute only. These blocks come last: a later block replaces the same rule of an earlier one.
  {
    files: ['**/*.decider.ts'],
    rules: {
      'no-restricted-imports': ['error', NO_EFFECTS],
      'no-restricted-globals': ['error', 'process', 'crypto', 'setTimeout', 'setInterval'],
      'no-restricted-syntax': ['error', ...NO_TIME_NO_CHANCE],
    },
  },
  {
    files: ['apps/delivery/src/scheduler/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': ['error', NO_EFFECTS],
      'no-restricted-globals': ['error', 'process', 'crypto', 'setTimeout', 'setInterval', 'setImmediate', 'Promise'],
      'no-restricted-syntax': [
        'error',
        ...NO_TIME_NO_CHANCE,
        { selector: ':function[async=true]', message: 'The scheduler waits for nothing (docs/adr/0052).' },
      ],
    },
  },
  { files: ['tools/**', 'docs/**', 'apps/e2e/**', 'apps/console/*.mjs'], rules: { 'no-console': 'off' } },
  prettier,
);
