import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where the pictures of a run are left to be looked at. */
export const pictures = join(tmpdir(), 'afferent-screenshots');

export const launch = (): Promise<Browser> => chromium.launch({ executablePath, headless: true, args });

/** A page that remembers what its browser complained of and where it asked for anything. */
export interface Watched {
  context: BrowserContext;
  page: Page;
  complaints: string[];
  origins: Set<string>;
}

export async function watchedPage(browser: Browser, options: { width?: number; dark?: boolean } = {}): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const origins = new Set<string>();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A refused request is an answer that the page shows; whatever else is an error of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  return { context, page, complaints, origins };
}

/** Takes a picture of the whole page; gives by how many pixels it would scroll sideways. */
export async function picture(page: Page, name: string): Promise<number> {
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}-${page.viewportSize()?.width}.png`), fullPage: true });
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
