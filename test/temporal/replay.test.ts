import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import proto from '@temporalio/proto';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { describe, expect, test } from 'vitest';
import { projectRoot } from '../../src/config/project.ts';
import { workflowBundle } from '../../src/parts/workflow-bundle.ts';
import * as workflows from '../../workflows/index.ts';

const folder = join(projectRoot, 'test', 'histories');
const recorded = readdirSync(folder)
  .filter((name) => name.endsWith('.binpb'))
  .sort();

/** Protocol buffers of `temporal.api.history.v1.History`. */
function history(name: string): proto.temporal.api.history.v1.History {
  return proto.temporal.api.history.v1.History.decode(readFileSync(join(folder, name)));
}

describe('recorded histories', () => {
  test('there is one for every workflow', () => {
    const missing = Object.keys(workflows).filter((name) => !recorded.some((file) => file.startsWith(`${name}.`)));
    expect(missing).toEqual([]);
  });

  test.each(recorded)('%s replays', async (name) => {
    await Worker.runReplayHistory({ workflowBundle: { codePath: await workflowBundle() } }, history(name));
  });

  test('a changed workflow is found out', async () => {
    expect(recorded.length).toBeGreaterThan(0);
    const workflowsPath = join(import.meta.dirname, 'changed-workflows.ts');
    const bundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
    for (const name of recorded) {
      const replay = Worker.runReplayHistory({ workflowBundle: bundle }, history(name));
      await expect(replay, name).rejects.toBeInstanceOf(DeterminismViolationError);
    }
  });

  test('they hold no text, no outside id and no path', () => {
    for (const name of recorded) {
      const clear = readFileSync(join(folder, name)).toString('latin1');
      expect(clear, name).not.toMatch(/pills|baked bread|P001|posts\.jsonl|afferent-test-/);
    }
  });
});
