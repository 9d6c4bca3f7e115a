import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../config/project.ts';
import { commandsPage } from './commands-page.ts';

it('is what docs/commands.md says', async () => {
  expect(readFileSync(join(projectRoot, 'docs', 'commands.md'), 'utf8')).toBe(await commandsPage());
});
