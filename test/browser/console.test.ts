import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, picture, type Watched, watchedPage } from './support/chromium.ts';
import { rowsOf } from './support/csv.ts';
import { type Demo, startDemo } from './support/demo.ts';

let demo: Demo;
let browser: Browser;
/** Signed in as the account of the demo, which has every role. */
let all: Watched;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo(), launch()]);
  all = await watchedPage(browser);
  await all.page.goto(demo.link('demo'));
  await all.page.getByRole('heading', { name: 'Studies' }).waitFor();
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await demo?.stop();
}, 120_000);

const open = (page: Page, path: string) => page.goto(`${demo.url}/studies/${demo.study}${path}`);

describe('signing in', () => {
  test('a wrong password is refused plainly, the right one leads to the page that was asked for', async () => {
    demo.addAccount('with-password', 'correct horse battery');
    const { page, context } = await watchedPage(browser);
    await page.goto(`${demo.url}/account`);
    await page.getByLabel('Name').fill('with-password');
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('The name, password or link is wrong or used up.').waitFor();
    await page.getByLabel('Password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'with-password' }).waitFor();
    await page.getByRole('link', { name: 'Afferent' }).click();
    await page.getByText('You have no part in any study yet.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await context.close();
  });

  test('each role sees its own pages and no others', async () => {
    const menus: Record<string, string[]> = {
      'data-manager': ['Overview', 'Ledger', 'Batches', 'Quarantine', 'Runs'],
      reviewer: ['Alerts'],
    };
    for (const [role, pages] of Object.entries(menus)) {
      const { page, context } = await watchedPage(browser);
      await page.goto(demo.link(`only-${role}`, [role]));
      await page.getByRole('link', { name: demo.study, exact: true }).click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      const menu = page.getByRole('navigation', { name: `Study ${demo.study}` }).locator('.study-nav-wide li');
      await expect.poll(() => menu.allTextContents(), { timeout: 30_000 }).toEqual(pages);
      await open(page, role === 'reviewer' ? '/records' : '/alerts');
      await page.getByRole('alert').getByText('Your role in this study does not allow this.').waitFor();
      await context.close();
    }
  });
});

describe('exploring', () => {
  test('a participant is found, and scores, grades and gaps are drawn over time', async () => {
    const { page } = all;
    await open(page, '');
    const row = page.getByRole('row').filter({ hasText: 'apple-health' }).getByText(/^p_/).last();
    const pseudonym = (await row.getAttribute('title')) ?? '';
    await page.getByRole('link', { name: 'Participants' }).click();
    await page.getByLabel('Find a participant').fill(pseudonym.slice(4, 12));
    await page.getByText('1 of 4 participants').waitFor();
    await page.getByRole('link', { name: pseudonym }).click();
    const crisis = page.getByRole('figure').filter({ hasText: 'crisis severity' });
    await crisis.getByText('exploratory').waitFor();
    await crisis
      .getByRole('img', { name: /crisis severity over time/ })
      .or(crisis.locator('svg'))
      .first()
      .waitFor();
    await page
      .getByRole('figure')
      .filter({ hasText: 'heart_rate' })
      .getByText(/\d gaps?$/)
      .waitFor();
    await page.getByText('For research, not diagnosis.').waitFor();
    const whole = page.url();
    await page.getByRole('button', { name: /Zoom to it.*heart_rate/ }).click();
    await page.waitForURL(/from=/);
    await page.goBack();
    expect(page.url()).toBe(whole);
  });

  test('scores are filtered, the address holds the view, and the CSV is just that view', async () => {
    const { page } = all;
    await open(page, '/scores');
    await page.getByRole('group', { name: 'Head' }).getByLabel('crisis').check();
    await page.getByLabel('Label or value').fill('severity');
    await page.getByLabel('At least').fill('0.02');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.waitForURL(/min=0\.02/);
    await page.getByRole('button', { name: 'Value and grade' }).click();
    await page.waitForURL(/sort=value/);
    await page.reload();
    await page.getByText(/of \d+ scores$/).waitFor();
    expect(await page.getByRole('columnheader', { name: 'Value and grade' }).getAttribute('aria-sort')).toBe('ascending');

    const shown = await page.locator('[data-score]').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-score')));
    const grades = await page.locator('tbody tr .score-value .tag').allTextContents();
    expect(shown.length).toBeGreaterThan(1);
    expect(grades).toHaveLength(shown.length);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()]);
    const rows = await rowsOf(download);
    expect(rows.map((row) => row.score)).toEqual(shown);
    for (const row of rows) {
      expect(row).toMatchObject({ head: 'crisis', key: 'severity', grade: 'exploratory' });
      expect(Number(row.value)).toBeGreaterThanOrEqual(0.02);
    }
    const json = await page.request.get(page.url().replace('/scores?', '/scores.json?'));
    const whole: { rows: { score: string }[] } = await json.json();
    expect(whole.rows.map((row) => row.score)).toEqual(shown);
  });

  test('a query is run, an endless one is cancelled, and the next one runs', async () => {
    const { page } = all;
    await open(page, '/sql');
    const editor = page.getByLabel('Query', { exact: true });
    await editor.fill("select head, count(*) as n from scores where head = 'crisis' group by head");
    await page.getByRole('button', { name: 'Run' }).click();
    const result = page.getByRole('region', { name: 'Result' });
    await result.getByText(/^1 row in/).waitFor();
    const cells = await result.locator('tbody td').allTextContents();
    const [download] = await Promise.all([page.waitForEvent('download'), result.getByRole('link', { name: 'CSV' }).click()]);
    expect(await rowsOf(download)).toEqual([{ head: cells[0], n: cells[1] }]);

    await editor.fill('select count(*) from range(10000000) a, range(10000000) b where a.range + b.range < 0');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('Running…').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('The query was cancelled.').waitFor();

    await editor.fill('select 1 as one');
    await editor.press('Control+Enter');
    await result.getByText(/^1 row in/).waitFor();
    await editor.fill("select * from read_text('/etc/passwd')");
    await editor.press('Control+Enter');
    await page.getByRole('alert').getByText('The query cannot be run.').waitFor();
  });
});

test('nothing asks elsewhere, no page scrolls sideways, and no page has an error, at 1440 and 390, light and dark', async () => {
  const { page: first } = all;
  await open(first, '/participants');
  const timeline = (await first.getByRole('link', { name: /^p_/ }).first().getAttribute('href')) ?? '';
  const places = ['', '/ledger', '/batches', '/quarantine', '/runs', '/participants', '/records', '/scores', '/sql', '/alerts'];
  const state = await all.context.storageState();
  for (const { width, dark } of [
    { width: 1440, dark: false },
    { width: 390, dark: false },
    { width: 390, dark: true },
  ]) {
    const { page, context, complaints, origins } = await watchedPage(browser, { width, dark });
    await context.addCookies(state.cookies);
    const look = async (address: string, name: string) => {
      await page.goto(demo.url + address);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      expect(await picture(page, `${dark ? 'dark' : 'light'}-${name}`), `${name} at ${width}`).toBeLessThanOrEqual(0);
    };
    for (const place of places) await look(`/studies/${demo.study}${place}`, place.slice(1) || 'overview');
    await look(timeline, 'timeline');
    await look('/account', 'account');
    expect(complaints).toEqual([]);
    expect([...origins]).toEqual([demo.url]);
    await context.close();
  }
}, 180_000);

test('the alert’s words are opened, and it is claimed by one of two, rated and closed', async () => {
  const { page } = all;
  await open(page, '/alerts');
  await page
    .getByRole('table', { name: /not closed/ })
    .getByRole('link')
    .first()
    .click();
  await page.getByText('Opening it is recorded in the audit').waitFor();
  const other = await watchedPage(browser, { width: 390 });
  await other.page.goto(demo.link('second', ['reviewer']));
  await other.page.goto(page.url());
  await other.page.getByRole('button', { name: 'Claim this alert' }).waitFor();

  await page.getByRole('button', { name: 'Open the words' }).click();
  await page.locator('.evidence-text').first().waitFor();
  expect((await page.locator('.evidence mark').allTextContents()).join('')).not.toBe('');
  await picture(page, 'alert-words');
  await page.getByRole('button', { name: 'Hide again' }).click();
  await page.getByRole('button', { name: 'Open the words' }).waitFor();

  await page.getByRole('button', { name: 'Claim this alert' }).click();
  await page.getByText('claimed by you').waitFor();
  await other.page.getByRole('button', { name: 'Claim this alert' }).click();
  await other.page.getByRole('alert').getByText('Somebody else has claimed this alert.').waitFor();
  await other.page.getByText('demo has claimed this alert and is the one to act.').waitFor();
  await picture(other.page, 'alert-conflict');
  await other.context.close();

  await page.getByLabel('4 Active ideation with some intent').check();
  await page.getByLabel(/^Note/).fill('Spoke with the clinician on duty.');
  await picture(page, 'alert-rate');
  await page.getByRole('button', { name: 'Rate', exact: true }).click();
  await page.getByText('Rated level').waitFor();
  await page.getByLabel('Referred to care').check();
  await page.getByRole('button', { name: 'Close the alert' }).click();
  await page.getByText('Closed: Referred to care').waitFor();
  await page.getByRole('button', { name: 'Open the words' }).click();
  await page.getByText('Spoke with the clinician on duty.').waitFor();
  await picture(page, 'alert-closed');
  await open(page, '/alerts');
  await page
    .getByRole('table', { name: /Closed alerts/ })
    .getByText('Referred to care')
    .waitFor();
  expect(all.complaints).toEqual([]);
});
