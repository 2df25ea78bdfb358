// Imports point downward only (docs in README, "The house"):
//   api, cli → starts → workflows ⇢ (types only) activities → { sites, statements, delivery, db, rates } → locales → domain
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^${from}/` },
  to: {
    pathNot: [`^${from}/`, ...allowed.map((folder) => `^${folder}/`), '^node_modules/'],
    dependencyTypesNot: ['core', 'npm', 'npm-no-pkg', 'unknown'],
  },
});

/** npm packages that compute and nothing else. */
const PURE_PACKAGES = [
  'node_modules/@noble/curves',
  'node_modules/big.js',
  'node_modules/@types/big.js',
  'node_modules/temporal-polyfill',
  'node_modules/temporal-spec',
  'node_modules/zod',
];

module.exports = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment: 'The domain imports itself and packages that only compute: no I/O, no clock.',
      severity: 'error',
      from: { path: '^domain/' },
      to: { pathNot: ['^domain/', ...PURE_PACKAGES.map((name) => `^${name}/`)] },
    },
    only('locales-know-the-domain', 'locales', ['domain'], 'Words and formats, nothing else.'),
    only(
      'sites-stand-alone',
      'sites',
      ['domain', 'locales', 'config'],
      'Protocols never reach the database or documents.',
    ),
    only(
      'simulator-speaks-http',
      'simulator',
      ['sites', 'domain', 'clients'],
      'The simulator knows the protocols, not the server.',
    ),
    {
      name: 'clients-are-copied',
      comment: 'A reference client is copied into other houses: it knows nothing of this one.',
      severity: 'error',
      from: { path: '^clients/' },
      to: { pathNot: ['^clients/'], dependencyTypesNot: ['core'] },
    },
    only('statements-stand-alone', 'statements', ['domain', 'locales'], 'Rendering takes data and returns bytes.'),
    only(
      'delivery-stands-alone',
      'delivery',
      ['domain', 'locales'],
      'A channel sends; who, what and when is decided elsewhere.',
    ),
    only('db-stands-alone', 'db', ['domain', 'locales'], 'Stores know rows and the domain.'),
    only(
      'identity-stands-alone',
      'identity',
      ['domain'],
      'Proofs of who somebody is, apart from where they are stored.',
    ),
    only('rates-stand-alone', 'rates', ['domain'], 'A source of reference rates.'),
    only('embedded-stands-alone', 'embedded', [], 'Services that start by themselves know nothing of Kontor.'),
    only(
      'activities-look-down',
      'activities',
      ['sites', 'statements', 'delivery', 'db', 'rates', 'locales', 'domain'],
      'Activities never call the API and never import workflows.',
    ),
    only('verify-looks-down', 'verify', ['statements', 'db', 'locales', 'domain'], 'The checker reads what is stored.'),
    {
      name: 'verify-is-a-second-opinion',
      comment:
        'Verify shares no arithmetic and no query with what it checks: the connection, errors, the list of programmes, the catalogue of meters, and types.',
      severity: 'error',
      // These two draw documents again, and read them for it.
      from: { path: '^verify/', pathNot: '^verify/(documents|frozenPacks)[.]ts$' },
      to: {
        pathNot: ['^verify/', '^node_modules/', '^db/(connect|programmes/)', '^domain/(errors|catalog/|period)'],
        dependencyTypesNot: ['core', 'npm', 'npm-no-pkg', 'unknown', 'type-only'],
      },
    },
    only('export-looks-down', 'export', ['db', 'domain'], 'The auditors’ files read what is stored.'),
    {
      name: 'workflows-are-deterministic',
      comment: 'Workflows import the SDK, each other and the pure domain; of activities only types.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        pathNot: ['^workflows/', '^domain/', '^node_modules/@temporalio/(workflow|common)/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    only(
      'starts-look-down',
      'starts',
      ['workflows', 'domain'],
      'Starting, signalling and asking; of activities only types.',
    ),
    {
      name: 'workflows-are-reached-through-starts',
      comment: 'Id, policies, attributes and timeout of a workflow stand once, in starts/. The worker runs workflows.',
      severity: 'error',
      from: { pathNot: '^(workflows|starts|worker|test)/' },
      to: { path: '^workflows/' },
    },
    {
      name: 'activities-start-through-ports',
      comment: 'An activity is passed what it may start; worker/deps.ts composes it from starts/.',
      severity: 'error',
      from: { path: '^activities/' },
      to: { path: '^(starts/|node_modules/@temporalio/client/)' },
    },
    {
      name: 'nobody-imports-the-edges',
      comment: 'api, cli, worker and bench are entries: below them nobody knows them.',
      severity: 'error',
      from: { pathNot: '^(api|cli|worker|bench|test)/' },
      to: { path: '^(api|cli|worker|bench)/' },
    },
    {
      name: 'api-goes-through-workflows',
      comment: 'What moves usage, money, keys or mail is a workflow: the API does not call activities.',
      severity: 'error',
      from: { path: '^api/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { pathNot: '^(test|bench/peers|scripts|types|[^/]+$)' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: '^node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|out|scripts|types|\\.kontor)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
