/**
 * Who may import whom: the table of docs/architecture.md, as rules. test/structure/ runs them and compares the two.
 * `npx depcruise schema migrations src activities workflows web/src demo bench` runs them by hand.
 */

/** Folders of ours that a folder may import beside itself. What is not named may import all (it puts things together). */
const arrows = {
  schema: [],
  migrations: [],
  'src/config': ['schema'],
  'src/sources': ['schema'],
  'src/consent': ['schema'],
  'src/encoder': ['schema'],
  'src/review': ['schema'],
  'src/mail': ['schema'],
  'src/store': ['schema', 'migrations'],
  'src/score': ['schema', 'src/sources', 'src/consent', 'src/encoder'],
  'src/temporal': ['schema', 'src/store', 'src/review', 'workflows', 'activities'],
  activities: ['schema', 'src/sources', 'src/consent', 'src/store', 'src/encoder', 'src/review', 'src/mail', 'src/temporal'],
  workflows: ['schema', 'activities'],
  'src/console': ['schema', 'src/store', 'src/consent', 'src/temporal'],
  'src/streams': ['schema', 'src/store', 'src/temporal'],
  web: ['schema'],
};

/** Arrows of which nothing may be left at run time: types alone. The queues' names are the one thing more. */
const typesAlone = [
  { from: 'workflows', to: '^activities/' },
  { from: 'src/temporal', to: '^(workflows/(?!queues\\.ts$)|activities/)' },
];

/** Packages that a folder may import; Node's own modules only where `node` says so. Folders not named import what they need. */
const packages = {
  schema: { names: ['zod'], node: 'types' },
  migrations: { names: ['kysely'], node: false },
  workflows: { names: ['@temporalio/workflow'], node: false },
  'src/review': { names: [], node: false },
  'src/consent': { names: ['zod'], node: false },
};

/** Tests stand beside the code; they and their helpers may import whatever they test. */
const tests = '(\\.test\\.tsx?$|/testing/)';
const escape = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const under = (folder) => `^${escape(folder)}/`;

const folderRules = Object.entries(arrows).map(([folder, allowed]) => ({
  name: `arrows of ${folder}`,
  comment: `may import: ${allowed.join(', ')}`,
  severity: 'error',
  from: { path: under(folder), pathNot: tests },
  to: {
    path: '^(schema|migrations|src|activities|workflows|web|demo|bench|test)/',
    pathNot: [folder, ...allowed].map(under),
  },
}));

const typeRules = typesAlone.map(({ from, to }) => ({
  name: `${from}: types alone of ${to}`,
  severity: 'error',
  from: { path: under(from), pathNot: tests },
  to: { path: to, dependencyTypesNot: ['type-only'] },
}));

const packageRules = Object.entries(packages).flatMap(([folder, { names, node }]) => [
  {
    name: `packages of ${folder}`,
    severity: 'error',
    from: { path: under(folder), pathNot: tests },
    to: { path: 'node_modules/', pathNot: names.map((name) => `node_modules/${escape(name)}/`) },
  },
  ...(node === true
    ? []
    : [
        {
          name: `no Node built-ins in ${folder}`,
          severity: 'error',
          from: { path: under(folder), pathNot: tests },
          to: { dependencyTypes: ['core'], ...(node === 'types' ? { dependencyTypesNot: ['type-only'] } : {}) },
        },
      ]),
]);

const otherRules = [
  // Types go in circles by nature (a workflow names its activities, they name what they start); nothing of them runs.
  { name: 'no cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  { name: 'everything resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  {
    name: 'one file touches the ONNX runtime',
    severity: 'error',
    from: { path: '^(src|activities|workflows|bench|demo)/', pathNot: '^src/encoder/runtime\\.ts$' },
    to: { path: 'node_modules/onnxruntime-' },
  },
  {
    name: 'one source kind does not import another',
    severity: 'error',
    from: { path: '^src/sources/([^/]+)/', pathNot: tests },
    to: { path: '^src/sources/[^/]+/', pathNot: '^src/sources/($1|reading)/' },
  },
  {
    name: 'a counter knows nothing of a parser',
    severity: 'error',
    from: { path: '^src/sources/[^/]+/count\\.ts$' },
    to: { path: '^src/sources/[^/]+/parse\\.ts$', reachable: true },
  },
  {
    name: 'nobody imports tests or bench',
    severity: 'error',
    from: { path: '^(schema|migrations|src|activities|workflows|web)/', pathNot: tests },
    to: { path: ['^(test|bench)/', tests] },
  },
  {
    name: 'the demo is of the command line alone',
    severity: 'error',
    from: { pathNot: [tests, '^(demo|src/cli|test)/'] },
    to: { path: '^demo/' },
  },
];

module.exports = {
  forbidden: [...folderRules, ...typeRules, ...packageRules, ...otherRules],
  options: {
    // TypeScript 7 has no interface that this tool reads; swc, which Temporal's bundler brings, does.
    parser: 'swc',
    tsPreCompilationDeps: 'specify',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^web/dist/', '/fixtures/'] },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js'], conditionNames: ['import', 'node', 'default'], exportsFields: ['exports'] },
  },
};
