import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.kontor/', 'out/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/prefer-literal-enum-member': 'off',
    },
  },
  {
    // Workflows and the domain are replayed and re-rated: no clock, no randomness, no process.
    files: ['workflows/**/*.ts', 'domain/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        'process',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'fetch',
        'crypto',
        'performance',
        'Buffer',
        'console',
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
    },
  },
  {
    files: ['domain/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random' },
        { object: 'Date', property: 'now' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The instant is passed in.' },
      ],
    },
  },
  {
    // All SQL lives in db/, but for the auditors' files and the checker, which ask in words of their own.
    files: ['activities/**/*.ts', 'api/**/*.ts', 'cli/**/*.ts', 'starts/**/*.ts', 'worker/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [{ group: ['**/db/connect.js'], importNames: ['rows'], message: 'SQL lives in db/: ask a store.' }],
        },
      ],
    },
  },
  {
    // The demo counts the events of histories, which nothing else asks for.
    files: ['api/**/*.ts', 'cli/**/*.ts', 'activities/**/*.ts'],
    ignores: ['cli/demo/historyEvents.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ":matches(MemberExpression[object.name=/^(temporal|client)$/], MemberExpression[object.property.name=/^(temporal|client)$/])[property.name='workflow']",
          message: 'Workflows are started, signalled and asked in starts/.',
        },
        {
          selector: "CallExpression[callee.object.name='trx'][callee.property.name='raw']",
          message: 'SQL lives in db/: ask a store.',
        },
      ],
    },
  },
  {
    files: ['**/*.{ts,js,mjs}'],
    ignores: ['config/env.ts', 'clients/**', 'test/**', 'scripts/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'config/env.ts is the only reader of the environment.' },
        { object: 'Math', property: 'random', message: 'Use node:crypto, or a seeded generator.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // What a browser runs.
    files: ['console/**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        ['URL', 'addEventListener', 'document', 'fetch', 'history', 'location', 'navigator'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    ignores: ['console/**'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly', module: 'writable' } },
  },
);
