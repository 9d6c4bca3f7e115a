import { filesOfTree, textOf } from '../structure/tree.ts';

export interface Document {
  path: string;
  text: string;
}

export interface CodeBlock {
  /** What stands behind the opening marks, such as `sh` or `yaml`. */
  language: string;
  text: string;
}

/** Every Markdown page of ours, whoever wrote it. */
export function documents(): Document[] {
  return filesOfTree()
    .filter((path) => path.endsWith('.md'))
    .map((path) => ({ path, text: textOf(path) }));
}

const block = /^```(\w*)\n([\s\S]*?)^```$/gm;

export function codeBlocks(text: string): CodeBlock[] {
  return [...text.matchAll(block)].map(([, language = '', inside = '']) => ({ language, text: inside }));
}

/** What stands between single code marks, outside of blocks. */
export function codeSpans(text: string): string[] {
  return [...text.replace(block, '').matchAll(/`([^`\n]+)`/g)].map((found) => found[1] as string);
}
