import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Which third-party library belongs to which folder: one library, one folder. */
const OWNERS = {
  '@bufbuild/cel': 'policy/src/cel',
  re2js: 'policy/src/cel',
  pino: 'service/src',
  'prom-client': 'service/src',
  fastify: 'service/src',
  yaml: 'service/src',
  '@grpc/grpc-js': 'ext-authz/src',
  '@grpc/proto-loader': 'ext-authz/src',
  jose: 'cli/src',
  '@kubernetes/client-node': 'kube/src',
  '@peculiar/x509': 'operator/src/webhook',
  'reflect-metadata': 'operator/src/webhook',
  croner: 'operator/src',
};

/** The direction of imports: what each folder may import of ours. */
const MAY_IMPORT = {
  policy: [],
  envoy: ['policy'],
  service: ['policy'],
  kube: ['policy', 'service'],
  'ext-authz': ['policy', 'service', 'kube'],
  operator: ['policy', 'envoy', 'service', 'kube', 'wasm-filter'],
  cli: ['policy', 'envoy', 'service', 'ext-authz', 'wasm-filter'],
};

function importRules(folder) {
  const allowed = MAY_IMPORT[folder];
  const ours = ['policy', 'envoy', 'service', 'kube', 'ext-authz', 'wasm-filter', 'operator', 'cli'].filter(
    (name) => name !== folder && !allowed.includes(name),
  );
  const foreign = Object.entries(OWNERS).filter(([, owner]) => !owner.startsWith(`${folder}/`));
  return [
    ...ours.map((name) => ({
      group: [`@omnia-policy/${name}`, `@omnia-policy/${name}/*`, `**/${name}/src/**`],
      message: `${folder}/ may not import ${name}/ (docs/architecture.md)`,
    })),
    ...foreign.map(([library, owner]) => ({
      group: [library, `${library}/*`],
      message: `only ${owner} imports ${library}`,
    })),
  ];
}

const NODE_MODULES_IN_PURE_CODE = {
  group: ['node:*'],
  message: 'pure: no I/O, no clock, no randomness',
};

const folderRules = Object.keys(MAY_IMPORT).map((folder) => ({
  files: [`${folder}/src/**/*.ts`],
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns:
          folder === 'policy' || folder === 'envoy'
            ? [...importRules(folder), NODE_MODULES_IN_PURE_CODE]
            : importRules(folder),
      },
    ],
  },
}));

const CEL_OUTSIDE = [...importRules('policy'), NODE_MODULES_IN_PURE_CODE];

export default tseslint.config(
  {
    ignores: ['**/dist/**', '**/build/**', '**/.tap/**', '.cache/**', 'wasm-filter/assembly/**'],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 3],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      '@typescript-eslint/no-extraneous-class': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  ...folderRules,
  {
    files: ['policy/src/**/*.ts'],
    ignores: ['policy/src/cel/**', '**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [...CEL_OUTSIDE, { group: ['@bufbuild/*', 're2js'], message: 'only policy/src/cel' }] },
      ],
    },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-floating-promises': [
        'error',
        // tap runs a test's subtests one after the other without being awaited.
        {
          allowForKnownSafePromises: [
            { from: 'package', package: '@tapjs/core', name: 'PromiseWithSubtest' },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
);
