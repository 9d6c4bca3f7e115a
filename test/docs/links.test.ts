import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../structure/cruise.ts';
import { codeSpans, documents } from './documents.ts';

/** Links of a page to files of ours that are not there. */
function brokenLinks(path: string, text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((found) => found[1] as string);
  return targets
    .filter((target) => !/^(https?:|mailto:|#)/.test(target))
    .filter((target) => !existsSync(join(root, dirname(path), target.replace(/#.*$/, ''))));
}

/** Headings that a link points to and the page does not have. */
function brokenAnchors(path: string, pages: Map<string, string>): string[] {
  const text = pages.get(path) ?? '';
  const targets = [...text.matchAll(/\]\(([^)\s]*)#([^)\s]+)\)/g)].map((found) => [found[1] ?? '', found[2] ?? ''] as const);
  return targets
    .filter(([file]) => !/^https?:/.test(file))
    .filter(([file, anchor]) => {
      const page = pages.get(file === '' ? path : normalize(join(dirname(path), file))) ?? '';
      const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map((found) => anchorOf(found[1] as string));
      return !anchors.includes(anchor);
    })
    .map(([file, anchor]) => `${file}#${anchor}`);
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

const folders = /^(\.\/)?(src|schema|migrations|activities|workflows|web|demo|bench|test|docs|models|training|tools)\/[\w./-]+$/;

/** Paths of ours, in code marks, that are not there. Names in capitals stand for one's own. */
function brokenPaths(text: string): string[] {
  return codeSpans(text)
    .filter((span) => folders.test(span) && !/[A-Z]{3,}/.test(span.replace(/(README|CARD)\.md/, '')))
    .filter((span) => !existsSync(join(root, span)));
}

const pages = documents();

test.each(pages.map(({ path }) => path))('%s links to what is there', (path) => {
  const texts = new Map(pages.map((page) => [page.path, page.text]));
  const text = texts.get(path) as string;
  expect(brokenLinks(path, text)).toEqual([]);
  expect(brokenAnchors(path, texts)).toEqual([]);
});

test.each(pages.filter(({ path }) => !path.startsWith('training/')).map(({ path }) => path))('%s names paths that are there', (path) => {
  const page = pages.find((one) => one.path === path);
  expect(brokenPaths(page?.text ?? '')).toEqual([]);
});

test('what is not there is found', () => {
  expect(brokenLinks('docs/x.md', 'See [a](gone.md), [b](../README.md) and [c](https://example.org).')).toEqual(['gone.md']);
  expect(brokenAnchors('x.md', new Map([['x.md', '# A heading: one\n[a](#a-heading-one) [b](#another)']]))).toEqual(['#another']);
  expect(brokenPaths('`src/store/gone.ts` and `schema/errors.ts` and `models/NAME/`')).toEqual(['src/store/gone.ts']);
});

test('every page of the docs is linked from the README, one of a folder from the page of that folder', () => {
  const linkedFrom = (page: string, target: string) => pages.find(({ path }) => path === page)?.text.includes(`(${target})`) ?? false;
  const docs = pages.filter(({ path }) => path.startsWith('docs/')).map(({ path }) => path);
  const isLinked = (path: string) => {
    const [, folder, name] = /^docs\/([^/]+)\/(.+)$/.exec(path) ?? [];
    return folder === undefined ? linkedFrom('README.md', path) : linkedFrom(`docs/${folder}.md`, `${folder}/${name}`);
  };
  expect(docs.filter((path) => !isLinked(path))).toEqual([]);
  expect(isLinked('docs/sources/gone.md')).toBe(false);
});
