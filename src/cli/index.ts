import type { Verb } from './verb.ts';

export interface VerbEntry {
  /** One word, or two for a verb of a group. */
  words: string;
  summary: string;
  load: () => Promise<{ verb: Verb }>;
}

/** Every verb that is built, in the order of `--help`. Only the one that is called is loaded. */
export const verbs: VerbEntry[] = [
  { words: 'demo', summary: 'run a whole bundled study, and stay up', load: () => import('./verbs/demo.ts') },
  { words: 'up', summary: 'run all parts in the foreground: server, worker, console', load: () => import('./verbs/up.ts') },
  { words: 'doctor', summary: 'check what Afferent needs, and show which settings win', load: () => import('./verbs/doctor.ts') },
  { words: 'test', summary: 'run every test', load: () => import('./verbs/test.ts') },
  { words: 'study create', summary: 'create a study', load: () => import('./verbs/study-create.ts') },
  { words: 'study list', summary: 'list the studies', load: () => import('./verbs/study-list.ts') },
  {
    words: 'study models',
    summary: 'choose the models of minutes and days that a study runs',
    load: () => import('./verbs/study-models.ts'),
  },
  { words: 'participant add', summary: 'add one participant, or a roster', load: () => import('./verbs/participant-add.ts') },
  {
    words: 'participant consent',
    summary: 'show what is stored that a consent does not cover, and erase it',
    load: () => import('./verbs/participant-consent.ts'),
  },
  { words: 'source add', summary: 'add an account or device of a participant', load: () => import('./verbs/source-add.ts') },
  { words: 'device add', summary: 'let a device push to a source, by a token of its own', load: () => import('./verbs/device-add.ts') },
  { words: 'device list', summary: 'list the devices that push to a source', load: () => import('./verbs/device-list.ts') },
  { words: 'device revoke', summary: 'refuse a device from now on', load: () => import('./verbs/device-revoke.ts') },
  { words: 'source map', summary: 'change how a source is read', load: () => import('./verbs/source-map.ts') },
  { words: 'feed add', summary: 'have a source brought what is new, by a feed', load: () => import('./verbs/feed-add.ts') },
  { words: 'feed list', summary: 'list the feeds of a study', load: () => import('./verbs/feed-list.ts') },
  { words: 'feed end', summary: 'end the feed of a source', load: () => import('./verbs/feed-end.ts') },
  { words: 'ingest', summary: 'read, score and store what has arrived', load: () => import('./verbs/ingest.ts') },
  { words: 'status', summary: 'show sources, batches, scores and alerts of a study', load: () => import('./verbs/status.ts') },
  { words: 'ledger', summary: 'show what became of every unit received', load: () => import('./verbs/ledger.ts') },
  {
    words: 'completeness',
    summary: 'show for every source and day what was expected and what came',
    load: () => import('./verbs/completeness.ts'),
  },
  {
    words: 'quarantine list',
    summary: 'list what could not be read, with reason and place',
    load: () => import('./verbs/quarantine-list.ts'),
  },
  { words: 'quarantine show', summary: 'show one unit that could not be read', load: () => import('./verbs/quarantine-show.ts') },
  { words: 'quarantine replay', summary: 'read what is in quarantine again', load: () => import('./verbs/quarantine-replay.ts') },
  { words: 'records', summary: 'list the records of a study as they were known at a moment', load: () => import('./verbs/records.ts') },
  { words: 'scores', summary: 'list the scores of a study', load: () => import('./verbs/scores.ts') },
  { words: 'runs', summary: 'list the scoring runs of a study', load: () => import('./verbs/runs.ts') },
  { words: 'rerun', summary: 'recompute a run, and compare bit for bit', load: () => import('./verbs/rerun.ts') },
  { words: 'models', summary: 'list the models and their heads', load: () => import('./verbs/models.ts') },
  { words: 'evaluate', summary: 'compute a model’s measures on labelled data', load: () => import('./verbs/evaluate.ts') },
  { words: 'score', summary: 'score files without a study', load: () => import('./verbs/score.ts') },
  { words: 'alerts', summary: 'list the alerts', load: () => import('./verbs/alerts.ts') },
  { words: 'alerts claim', summary: 'claim an alert', load: () => import('./verbs/alerts-claim.ts') },
  { words: 'alerts rate', summary: 'rate an alert you claimed', load: () => import('./verbs/alerts-rate.ts') },
  { words: 'alerts close', summary: 'close an alert with what was done', load: () => import('./verbs/alerts-close.ts') },
  { words: 'withdraw', summary: 'erase a participant for good', load: () => import('./verbs/withdraw.ts') },
  { words: 'backup', summary: 'write a backup of the home', load: () => import('./verbs/backup.ts') },
  { words: 'restore', summary: 'restore a backup into a new home', load: () => import('./verbs/restore.ts') },
  { words: 'account add', summary: 'add an account of the console', load: () => import('./verbs/account-add.ts') },
  { words: 'account grant', summary: 'give an account a role in a study', load: () => import('./verbs/account-grant.ts') },
  { words: 'account link', summary: 'make a one-time sign-in link', load: () => import('./verbs/account-link.ts') },
];

/** What the groups of two-word verbs are about. */
export const groups: Record<string, string> = {
  study: 'create and list studies, and choose their models',
  participant: 'add participants, and hold what is stored against their consent',
  source: 'add sources, and change how they are read',
  device: 'who may push to a source',
  feed: 'streams and vendors that a source is read from',
  quarantine: 'see what could not be read, and read it again',
  account: 'who may use the console',
};

/** Verbs of the design that are not built: they end with exit code 3 and are absent from `--help`. */
export const notYet = new Set(['alerts drill', 'policy', 'export', 'query', 'audit']);
