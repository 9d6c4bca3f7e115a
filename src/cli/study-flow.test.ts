import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/config.ts';
import { openStore } from '../store/open.ts';
import { runCli, runJson, temporaryFolder } from './testing/run-cli.ts';

/** A home with a study and one participant, and a folder for files. */
async function begun(): Promise<{ home: string; files: string }> {
  const folder = temporaryFolder();
  const [home, files] = [join(folder, 'home'), join(folder, 'files')];
  mkdirSync(files);
  expect((await runJson(home, ['study', 'create', 'tides'])).code).toBe(0);
  expect((await runJson(home, ['participant', 'add', 'tides', 'Anna-7'])).code).toBe(0);
  return { home, files };
}

function file(folder: string, name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a study on the command line', () => {
  it('is created once, under a name of the right form', async () => {
    const { home } = await begun();
    expect(await runJson(home, ['study', 'create', 'tides'])).toMatchObject({ code: 2, document: { error: { code: 'study-exists' } } });
    expect(await runJson(home, ['study', 'create', 'Tides!'])).toMatchObject({ code: 2, document: { error: { code: 'bad-study-name' } } });
    expect(await runJson(home, ['study', 'list'])).toMatchObject({ code: 0, document: { studies: [{ study: 'tides', participants: 1 }] } });
  });

  it('takes a policy, and names the field of one that is wrong', async () => {
    const { home, files } = await begun();
    const rules = 'rules: [{ head: crisis, key: severity, atLeast: 4 }]\npeople: [{ account: ana, mail: ana@example.org }]\n';
    const good = file(files, 'policy.yaml', rules);
    expect((await runJson(home, ['study', 'create', 'care', '--policy', good])).code).toBe(0);
    const bad = file(files, 'bad.yaml', rules.replace('ana@example.org', 'nowhere'));
    expect(await runJson(home, ['study', 'create', 'care-2', '--policy', bad])).toMatchObject({
      code: 2,
      document: { error: { code: 'bad-policy', details: { field: 'people.0.mail' } } },
    });
    const misspelt = file(files, 'misspelt.yaml', `${rules}claimWithn: 30m\n`);
    expect(await runJson(home, ['study', 'create', 'care-3', '--policy', misspelt])).toMatchObject({
      code: 2,
      document: { error: { code: 'bad-policy', details: { field: 'claimWithn' } } },
    });
  });

  it('chooses its models of minutes and days, and takes no rule on what they say', async () => {
    const { home, files } = await begun();
    const chosen = async (...args: string[]) => {
      const { code, document } = await runJson(home, ['study', 'models', 'tides', ...args]);
      const models = (document as { models: { name: string; chosen: boolean; heads: { head: string; grade: string }[] }[] }).models;
      return { code, names: models?.filter((one) => one.chosen).map((one) => one.name), heads: models?.flatMap((one) => one.heads) };
    };
    const none = await chosen();
    expect([none.code, none.names]).toEqual([0, []]);
    expect(none.heads).toContainEqual({ head: 'lonely', grade: 'weak' });
    expect((await chosen('--add', 'days', '--add', 'daily')).names).toEqual(['daily', 'days']);
    expect((await chosen('--remove', 'daily')).names).toEqual(['days']);
    for (const wrong of [
      ['--add', 'text'],
      ['--remove', 'dayz'],
    ])
      expect(await runJson(home, ['study', 'models', 'tides', ...wrong])).toMatchObject({
        code: 2,
        document: { error: { code: 'unknown-model' } },
      });
    expect(await runJson(home, ['study', 'create', 'moons', '--model', 'days'])).toMatchObject({ code: 0, document: { models: ['days'] } });
    const { stderr } = await runCli(['participant', 'add', 'moons', 'Cem-3', '--home', home]);
    expect(stderr).toContain('./afferent source add moons --kind fitbit --path EXPORT --participant Cem-3');
    expect(await runJson(home, ['study', 'list'])).toMatchObject({
      document: {
        studies: [
          { study: 'moons', models: ['days'] },
          { study: 'tides', models: ['days'] },
        ],
      },
    });
    const rule = 'rules: [{ head: lonely, key: lonely, atLeast: 0.5 }]\npeople: [{ account: ana, mail: ana@example.org }]\n';
    expect(await runJson(home, ['study', 'create', 'suns', '--policy', file(files, 'weak.yaml', rule)])).toMatchObject({
      code: 2,
      document: { error: { code: 'bad-policy', message: expect.stringContaining('lonely'), details: { field: 'rules.0.head' } } },
    });
    const store = await openStore(loadConfig({ home }).config);
    const kept = await store.db.selectFrom('audit').select(['action', 'study', 'object']).orderBy('number').execute();
    await store.close();
    expect(kept).toEqual([
      { action: 'model-chosen', study: 'tides', object: 'daily' },
      { action: 'model-chosen', study: 'tides', object: 'days' },
      { action: 'model-left', study: 'tides', object: 'daily' },
      { action: 'model-chosen', study: 'moons', object: 'days' },
    ]);
  });

  it('prints pseudonyms, never the outside id', async () => {
    const { home } = await begun();
    const { stdout, stderr } = await runCli(['participant', 'add', 'tides', 'Bela-9', '--home', home]);
    expect(stdout).toMatch(/^p_[0-9a-f]{20} added\n$/);
    expect(stderr).toContain('./afferent source add tides --kind posts --path FILE --participant Bela-9');
  });

  it('refuses a consent with an entry that it does not know, and says when one is replaced', async () => {
    const { home, files } = await begun();
    const give = (text: string) => ['participant', 'add', 'tides', 'Anna-7', '--consent', file(files, 'consent.yaml', text)];
    for (const [text, field, said = ''] of [
      ['kind: [post]\n', 'kind', '“kind” is none; did you mean kinds? Allowed: kinds, audiences, from, to'],
      ['audience: [public]\n', 'audience', 'did you mean audiences?'],
      ['from: 2026-07-01T00:00:00Z\nto: 2026-01-01T00:00:00Z\n', 'to', 'it must lie after from'],
      ['from: 2026-01-01\n', 'from', 'a time needs an offset or Z'],
      ['kinds: []\n', 'kinds', 'an empty list would allow nothing'],
      ['kinds: [post, heartrate]\n', 'kinds.1', '“heartrate” is none; did you mean heart_rate? Allowed: post, event, '],
      ['kinds: [colours]\n', 'kinds.0', 'summary, other; for signals and instruments see docs/consent.md'],
      ['kinds: [Posts]\n', 'kinds.0', 'did you mean post?'],
      ['audiences: [publik]\n', 'audiences.0', '“publik” is none; did you mean public? Allowed: public, followers, direct, unknown'],
    ] as const) {
      const what = expect.stringContaining(said);
      expect(await runJson(home, give(text))).toMatchObject({
        code: 2,
        document: { error: { code: 'bad-consent', details: { field, what } } },
      });
    }
    expect((await runJson(home, give('kinds: [post, "instrument:PHQ 8", "signal:my_own"]\n'))).code).toBe(0);
    const { stdout } = await runCli([...give('kinds: [post]\n'), '--home', home]);
    expect(stdout).toMatch(/^p_[0-9a-f]{20} was there already; the consent is replaced\n$/);
  });

  it('takes a roster whole or not at all', async () => {
    const { home, files } = await begun();
    file(files, 'strict.yaml', 'audiences: [public]\n');
    const roster = file(files, 'roster.csv', 'id,consent\nA1,strict.yaml\nA2,\n');
    const { document } = await runJson(home, ['participant', 'add', 'tides', '--roster', roster]);
    expect(document).toMatchObject({ participants: [{ added: true }, { added: true }] });
    const broken = file(files, 'broken.csv', 'id,consent\nA3,\nA4,no-such-file.yaml\n');
    expect((await runJson(home, ['participant', 'add', 'tides', '--roster', broken])).code).toBe(2);
    expect(await runJson(home, ['study', 'list'])).toMatchObject({ document: { studies: [{ participants: 3 }] } });
  });

  it('adds sources, and refuses what cannot be one', async () => {
    const { home, files } = await begun();
    const path = file(files, 'posts.csv', 'a,b,c\n');
    const add = (...more: string[]) => runJson(home, ['source', 'add', 'tides', '--participant', 'Anna-7', ...more]);
    const posts = ['--kind', 'posts', '--path', path];
    expect(await add(...posts, '--map', 'id=a,time=b,text=c', '--every', '15m', '--zone', 'Europe/Berlin')).toMatchObject({
      code: 0,
      document: { kind: 'posts', added: true, everySeconds: 900 },
    });
    expect(await add(...posts)).toMatchObject({ document: { added: false } });
    const refused = async (code: string, ...more: string[]) =>
      expect(await add(...more), more.join(' ')).toMatchObject({ code: 2, document: { error: { code } } });
    await refused('unknown-kind', '--kind', 'diary', '--path', path);
    await refused('bad-path', '--kind', 'posts', '--path', join(files, 'none'));
    await refused('bad-mapping', ...posts, '--map', 'id');
    await refused('bad-mapping', ...posts, '--map', 'id=a,time=b,txt=c');
    await refused('bad-mapping', ...posts, '--map', 'id=a,encoding=ebcdic');
    await refused('usage', ...posts, '--every', 'often');
    await refused('usage', ...posts, '--zone', 'Middle/Earth');
    await refused('usage', '--kind', 'x-archive', '--path', path, '--map', 'id=a');
    const stranger = ['source', 'add', 'tides', ...posts, '--participant', 'nobody'];
    expect(await runJson(home, stranger)).toMatchObject({ code: 2, document: { error: { code: 'unknown-participant' } } });
  });

  it('reports nothing as nothing', async () => {
    const { home } = await begun();
    expect(await runJson(home, ['ledger', 'tides'])).toEqual({ code: 0, document: [] });
    expect(await runJson(home, ['ledger', 'tides', '--check'])).toMatchObject({ code: 0, document: { balanced: true, batches: 0 } });
    expect(await runJson(home, ['scores', 'tides'])).toEqual({ code: 0, document: { study: 'tides', scores: [] } });
    expect(await runJson(home, ['runs', 'tides'])).toEqual({ code: 0, document: { study: 'tides', runs: [] } });
    expect(await runJson(home, ['quarantine', 'list', 'tides'])).toEqual({ code: 0, document: { study: 'tides', rows: [] } });
    expect(await runJson(home, ['alerts', 'tides'])).toMatchObject({ code: 0, document: { alerts: [] } });
    expect(await runJson(home, ['status', 'tides'])).toMatchObject({
      code: 0,
      document: { counts: { participants: 1, records: 0 }, contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('says what comes next of a source that is pushed to, and that an id is not in quarantine', async () => {
    const { home } = await begun();
    const add = ['source', 'add', 'tides', '--kind', 'records', '--push', 'phone', '--participant', 'Anna-7', '--home', home];
    expect((await runCli(add)).stderr).toContain('Next: ./afferent device add tides s_');
    expect(await runJson(home, ['quarantine', 'show', 'tides', '00'])).toMatchObject({ code: 2, document: { error: { code: 'usage' } } });
  });

  it('does not make a home out of a mistyped one', async () => {
    const home = join(temporaryFolder(), 'no-home');
    for (const args of [
      ['status', 'tides'],
      ['ledger', 'tides'],
      ['participant', 'add', 'tides', 'x'],
    ]) {
      expect(await runJson(home, args)).toMatchObject({ code: 2, document: { error: { code: 'unknown-study' } } });
    }
    expect(existsSync(home)).toBe(false);
  });
});

describe('accounts on the command line', () => {
  it('get a role and a one-time link', async () => {
    const { home } = await begun();
    expect((await runJson(home, ['account', 'add', 'ana'])).code).toBe(0);
    expect((await runJson(home, ['account', 'add', 'ana'])).code).toBe(2);
    expect((await runJson(home, ['account', 'grant', 'ana', 'tides', 'reviewer'])).code).toBe(0);
    expect((await runJson(home, ['account', 'grant', 'ana', 'tides', 'king'])).code).toBe(2);
    const { document } = await runJson(home, ['account', 'link', 'ana', '--home', home]);
    expect(document).toMatchObject({ link: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1\/sign-in\/link\?token=\S+$/) });
  });

  it('take a password of some length from standard input', async () => {
    const { home } = await begun();
    const add = (input: string) => runCli(['account', 'add', 'bob', '--password-stdin', '--home', home], { input });
    expect((await add('short\n')).code).toBe(2);
    expect((await add('a long enough one\n')).code).toBe(0);
  });
});
