import { fileURLToPath } from 'node:url';
import nx from '@nx/eslint-plugin';
import * as jsonc from 'jsonc-eslint-parser';
import tseslint from 'typescript-eslint';

const root = fileURLToPath(new URL('..', import.meta.url));

const layers = [
  { sourceTag: 'layer:contracts', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'layer:domain', onlyDependOnLibsWithTags: ['layer:contracts'] },
  { sourceTag: 'layer:kit', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'layer:infra', onlyDependOnLibsWithTags: ['layer:contracts', 'layer:domain', 'layer:kit'] },
  {
    sourceTag: 'layer:app',
    onlyDependOnLibsWithTags: ['layer:contracts', 'layer:domain', 'layer:kit', 'layer:infra'],
  },
  {
    sourceTag: 'layer:host',
    onlyDependOnLibsWithTags: ['layer:contracts', 'layer:domain', 'layer:kit', 'layer:infra', 'layer:app'],
  },
  {
    sourceTag: 'layer:testing',
    onlyDependOnLibsWithTags: ['layer:contracts', 'layer:domain', 'layer:kit', 'layer:infra'],
  },
];
const runtimes = [
  { sourceTag: 'runtime:web', onlyDependOnLibsWithTags: ['runtime:web', 'runtime:any'] },
  { sourceTag: 'runtime:any', onlyDependOnLibsWithTags: ['runtime:any'] },
];

const boundaries = (constraints) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    // Tests import their own package by its public face, as everybody else does.
    { allowCircularSelfDependency: true, depConstraints: constraints },
  ],
});

const withTesting = layers.map((layer) => ({
  ...layer,
  onlyDependOnLibsWithTags: [...layer.onlyDependOnLibsWithTags, 'layer:testing'],
}));

/** What decisions must not touch: they take the time, chance and the world as arguments. */
const impure = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'pass the time in' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'pass the time in' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'pass the randomness in',
  },
  {
    selector: 'CallExpression[callee.name=/^set(Timeout|Interval|Immediate)$/]',
    message: 'decisions do not wait',
  },
];
const environment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'read the environment once, in config.ts',
};
const decorator = { selector: 'Decorator', message: 'Node cannot strip decorators' };

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      'libs/contracts/src/gen/**',
      '.config/**',
      '.nx/**',
      '.tools/**',
      '.reelmesh/**',
      'out/**',
      '**/*.mjs',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': ['error', environment, decorator],
      ...boundaries([...layers, ...runtimes]),
    },
  },
  {
    files: ['libs/domain/src/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', environment, decorator, ...impure],
      'no-restricted-imports': ['error', { patterns: [{ regex: '^node:', message: 'decisions do no I/O' }] }],
    },
  },
  {
    files: ['**/src/config.ts', '**/test/**/*.ts', '**/bench/**/*.ts', 'libs/testing/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', decorator] },
  },
  {
    files: ['**/test/**/*.ts', '**/bench/**/*.ts'],
    rules: {
      ...boundaries([...withTesting, ...runtimes]),
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['apps/*/package.json', 'libs/*/package.json'],
    languageOptions: { parser: jsonc },
    plugins: { '@nx': nx },
    rules: {
      '@nx/dependency-checks': [
        'error',
        {
          buildTargets: ['typecheck'],
          ignoredFiles: ['{projectRoot}/test/**', '{projectRoot}/bench/**'],
          checkVersionMismatches: false,
        },
      ],
    },
  },
);
