import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const folder = import.meta.dirname;
/** Files that say how they are called. */
const commands = readdirSync(folder).filter(
  (name) => name.endsWith('.ts') && readFileSync(join(folder, name), 'utf8').includes(` node bench/${name}`),
);

it('knows the commands', () => {
  expect(commands).toContain('encoder-speed.ts');
  expect(commands.length).toBeGreaterThan(10);
});

it.each(commands)('%s says with --help how it is called', (name) => {
  const said = execFileSync(process.execPath, [join(folder, name), '--help'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  expect(said).toContain(`node bench/${name}`);
});
