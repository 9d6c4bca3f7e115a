import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alertQueue } from '../../src/store/alert-queue.ts';
import { requireAlert, unfinishedAlerts } from '../../src/store/alerts.ts';
import { openRating } from '../../src/store/ratings.ts';
import { workflowIds } from '../../src/temporal/names.ts';
import { recreateReviews, reviews } from '../../src/temporal/reviews.ts';
import { alarming, calm, ingestAll, policy, postStudy, postsFile } from '../support/study.ts';
import { type StudyHome, studyHome, type WorkerProcess } from '../support/study-home.ts';
import { until } from '../support/until.ts';

const people = [
  { account: 'first', mail: 'first@example.org' },
  { account: 'second', mail: 'second@example.org' },
];

let home: StudyHome;
let worker: WorkerProcess;
let smtp: SMTPServer;
const mails: { to: string; text: string }[] = [];
/** Addresses that the server refuses. */
const refused = new Set<string>();

beforeAll(async () => {
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (address, _session, done) => (refused.has(address.address) ? done(new Error('no such mailbox')) : done()),
    onData(stream, session, done) {
      let text = '';
      stream.on('data', (chunk) => {
        text += chunk;
      });
      stream.on('end', () => {
        // Quoted-printable folds long lines, such as the link.
        mails.push({ to: session.envelope.rcptTo.map((to) => to.address).join(), text: text.replace(/=\r?\n/g, '') });
        done();
      });
    },
  });
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
  const { port } = smtp.server.address() as AddressInfo;
  home = await studyHome();
  const mail = { smtp: `smtp://127.0.0.1:${port}`, from: 'afferent@example.org', consoleUrl: 'http://127.0.0.1:4400' };
  worker = await home.startWorker({ mail });
});

afterAll(async () => {
  await home.close();
  smtp.close();
});

/** The only alert of a study. */
async function alertOf(study: string): Promise<string> {
  const [row] = await alertQueue(home.store, study, new Date().toISOString());
  if (!row) throw new Error('no alert');
  return row.id;
}

async function events(alert: string): Promise<string[]> {
  const rows = await home.store.db.selectFrom('alert_event').selectAll().where('alert', '=', alert).orderBy('number').execute();
  return rows.map((row) => (row.actor ? `${row.event} ${row.actor}` : row.event));
}

describe('an alert', () => {
  test('is one episode however many scores are over the policy, and old posts open none', async () => {
    const yearAgo = Date.now() - 365 * 86_400_000;
    await postStudy(home, 'old', postsFile(home, 'old.jsonl', [alarming, calm], yearAgo), policy());
    await ingestAll(home, 'old');
    expect(await alertQueue(home.store, 'old', '')).toEqual([]);

    await postStudy(
      home,
      'many',
      postsFile(home, 'many.jsonl', [alarming, `${alarming} Goodbye.`, calm, `${alarming} Tonight.`]),
      policy(),
    );
    await ingestAll(home, 'many');
    const queue = await alertQueue(home.store, 'many', '');
    expect(queue).toHaveLength(1);
    expect(queue[0]?.scores).toBe(3);
  });

  test('tells people in order as time runs out, without any text, and stops once it is claimed', async () => {
    await postStudy(home, 'order', postsFile(home, 'order.jsonl', [alarming]), policy({ people, claimWithin: '1s' }));
    await ingestAll(home, 'order');
    const alert = await alertOf('order');
    await until(async () => (await events(alert)).filter((event) => event.startsWith('told')).length >= 3);
    await reviews(home.client, home.store).claim(alert, 'second');
    const told = (await events(alert)).filter((event) => event.startsWith('told'));
    expect(told.slice(0, 3)).toEqual(['told first', 'told second', 'told first']);
    const mine = mails.filter((mail) => mail.text.includes(alert));
    expect(mine.slice(0, 3).map((mail) => mail.to)).toEqual(['first@example.org', 'second@example.org', 'first@example.org']);
    for (const mail of mine) {
      expect(mail.text).toContain(`/studies/order/alerts/${alert}`);
      expect(mail.text).not.toMatch(/pills|mother|P001|p_[0-9a-f]{20}/);
    }
  });

  test('shows a mail that failed and tells the next person at once', async () => {
    refused.add('gone@example.org');
    const broken = [{ account: 'gone', mail: 'gone@example.org' }, ...people];
    await postStudy(home, 'refused', postsFile(home, 'refused.jsonl', [alarming]), policy({ people: broken, claimWithin: '1h' }));
    await ingestAll(home, 'refused');
    const alert = await alertOf('refused');
    await until(async () => (await events(alert)).includes('told first'));
    expect(await events(alert)).toEqual(['opened', 'mail-failed gone', 'told first']);
  });

  test('is claimed by exactly one of two, rated and closed by that one, in that order', async () => {
    await postStudy(home, 'claim', postsFile(home, 'claim.jsonl', [alarming]), policy());
    await ingestAll(home, 'claim');
    const alert = await alertOf('claim');
    const steps = reviews(home.client, home.store);
    await expect(steps.rate(alert, 'a', { severity: 4, note: 'early' })).rejects.toMatchObject({ code: 'alert-not-claimed' });
    const outcomes = await Promise.allSettled([steps.claim(alert, 'a'), steps.claim(alert, 'b')]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find((outcome) => outcome.status === 'rejected')).toMatchObject({ reason: { code: 'alert-claimed' } });
    const winner = outcomes[0].status === 'fulfilled' ? 'a' : 'b';
    await expect(steps.close(alert, winner, 'referred')).rejects.toMatchObject({ code: 'alert-not-rated' });
    await steps.rate(alert, winner, { severity: 5, note: 'seen by the canary nurse' });
    await expect(steps.close(alert, winner === 'a' ? 'b' : 'a', 'referred')).rejects.toMatchObject({ code: 'alert-claimed' });
    await steps.close(alert, winner, 'referred');
    await expect(steps.claim(alert, 'c')).rejects.toMatchObject({ code: 'alert-closed' });
    const [rating] = await home.store.db.selectFrom('rating').selectAll().where('alert', '=', alert).where('state', '=', 'given').execute();
    if (!rating) throw new Error('no rating');
    expect(openRating(await home.store.keys.key(rating.participant), rating)).toEqual({ severity: 5, note: 'seen by the canary nurse' });
    const history = await home.client.workflow.getHandle(workflowIds.review(alert)).fetchHistory();
    expect(JSON.stringify(history)).not.toContain(Buffer.from('canary').toString('base64').slice(0, 6));
    expect(JSON.stringify(history)).not.toContain('canary');
  });

  test('is followed by another for what joined it after it was rated', async () => {
    const path = postsFile(home, 'joined.jsonl', [alarming]);
    await postStudy(home, 'joined', path, policy());
    await ingestAll(home, 'joined');
    const alert = await alertOf('joined');
    const steps = reviews(home.client, home.store);
    await steps.claim(alert, 'a');
    await steps.rate(alert, 'a', { severity: 2, note: '' });
    appendFileSync(path, `${JSON.stringify({ id: 'more', time: new Date().toISOString(), text: `${alarming} Tonight.` })}\n`);
    await ingestAll(home, 'joined');
    await steps.close(alert, 'a', 'no-action');
    const open = await unfinishedAlerts(home.store, 'joined');
    expect(open.map(({ state }) => state)).toEqual(['open']);
    const next = open[0]?.id as string;
    expect(next).not.toBe(alert);
    expect((await home.client.workflow.getHandle(workflowIds.review(next)).describe()).status.name).toBe('RUNNING');
  });

  test('comes back from its row when the server has forgotten its workflow', async () => {
    await postStudy(home, 'forgotten', postsFile(home, 'forgotten.jsonl', [alarming]), policy());
    await ingestAll(home, 'forgotten');
    const alert = await alertOf('forgotten');
    const handle = home.client.workflow.getHandle(workflowIds.review(alert));
    await handle.terminate('forgotten');
    await recreateReviews(home.client, home.store);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await reviews(home.client, home.store).claim(alert, 'a');
    expect((await requireAlert(home.store, alert)).state).toBe('claimed');
    expect((await events(alert)).filter((event) => event === 'opened')).toHaveLength(1);
  });

  test('gets its review at the next scoring when it was opened and never started', async () => {
    const path = postsFile(home, 'unstarted.jsonl', [alarming]);
    await postStudy(home, 'unstarted', path, policy());
    await ingestAll(home, 'unstarted');
    const alert = await alertOf('unstarted');
    const handle = home.client.workflow.getHandle(workflowIds.review(alert));
    await handle.terminate('as if it had never been started');
    appendFileSync(path, `${JSON.stringify({ id: 'more', time: '2026-01-01T00:00:00Z', text: calm })}\n`);
    await ingestAll(home, 'unstarted');
    expect((await handle.describe()).status.name).toBe('RUNNING');
  });

  test('is told to the next person when the claimer lets the time run out, who may then claim it', async () => {
    await postStudy(home, 'late', postsFile(home, 'late.jsonl', [alarming]), policy({ people, claimWithin: '1s', rateWithin: '1s' }));
    await ingestAll(home, 'late');
    const alert = await alertOf('late');
    const steps = reviews(home.client, home.store);
    await steps.claim(alert, 'first');
    const { told } = await requireAlert(home.store, alert);
    await until(async () => (await requireAlert(home.store, alert)).told > told);
    expect(await events(alert)).toContain('overdue-rate');
    await steps.claim(alert, 'second');
    await expect(steps.rate(alert, 'first', { severity: 1, note: '' })).rejects.toMatchObject({ code: 'alert-claimed' });
    await steps.rate(alert, 'second', { severity: 1, note: '' });
    await steps.close(alert, 'second', 'false-alarm');
    expect((await requireAlert(home.store, alert)).state).toBe('closed');
  });

  test('keeps its time limits while no worker runs', async () => {
    await postStudy(home, 'down', postsFile(home, 'down.jsonl', [alarming]), policy({ people, claimWithin: '2s' }));
    await ingestAll(home, 'down');
    const alert = await alertOf('down');
    await until(async () => (await events(alert)).includes('told first'));
    await worker.kill();
    const { port } = smtp.server.address() as AddressInfo;
    worker = await home.startWorker({
      mail: { smtp: `smtp://127.0.0.1:${port}`, from: 'afferent@example.org', consoleUrl: 'http://127.0.0.1:4400' },
    });
    await until(async () => (await events(alert)).includes('told second'));
  });
});
