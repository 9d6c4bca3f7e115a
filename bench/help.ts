/** For the first import of a command: with `--help` it prints the comment that the command's file begins with, and ends. */
import { readFileSync } from 'node:fs';

if (process.argv.includes('--help')) {
  const [, comment = ''] = /^\/\*\*\n?(.*?)\s*\*\//s.exec(readFileSync(process.argv[1] as string, 'utf8')) ?? [];
  console.log(comment.replaceAll(/^ ?\*? ?/gm, ''));
  process.exit(0);
}
