import { join } from 'node:path';
import { demoAccount, demoParticipants, demoStudy } from '../../demo/study.ts';
import { writeDemoExports } from '../../demo/write-exports.ts';
import { AfferentError } from '../../schema/errors.ts';
import { Consent, Policy } from '../../schema/policy.ts';
import { Role } from '../../schema/roles.ts';
import type { Config } from '../config/config.ts';
import { projectRoot } from '../config/project.ts';
import { createAccount, grantRole } from '../store/accounts.ts';
import type { Store } from '../store/open.ts';
import { addParticipant } from '../store/participants.ts';
import { addSource } from '../store/sources.ts';
import { createStudy } from '../store/studies.ts';
import { readShape } from './read-file.ts';

/** Makes the bundled study, its exports and its account, or finds them as they are. */
export async function makeDemoStudy(config: Config, store: Store): Promise<void> {
  const exports = join(config.home, 'demo');
  writeDemoExports(exports, Date.now());
  const policy = readShape(join(projectRoot, 'demo', 'policy.yaml'), Policy, 'bad-policy');
  await unless('study-exists', createStudy(store, demoStudy, policy));
  for (const { outsideId, consent, sources } of demoParticipants) {
    const agreed = consent === undefined ? null : readShape(join(projectRoot, 'demo', consent), Consent, 'bad-consent');
    const id = await participantUnlessWithdrawn(store, outsideId, agreed);
    if (id === null) continue;
    for (const { kind, path, mapping = {}, zone = null, account = null } of sources) {
      await addSource(store, demoStudy, id, kind, { path: join(exports, path), mapping, zone, account }, null);
    }
  }
  await unless('account-exists', createAccount(store, demoAccount));
  for (const role of Role.options) await grantRole(store, demoAccount, demoStudy, role);
}

/** Whoever has withdrawn from the demo stays away from it. */
async function participantUnlessWithdrawn(store: Store, outsideId: string, consent: Consent | null): Promise<string | null> {
  try {
    return (await addParticipant(store, demoStudy, outsideId, consent)).id;
  } catch (thrown) {
    if (thrown instanceof AfferentError && thrown.code === 'withdrawn') return null;
    throw thrown;
  }
}

/** What is there from an earlier run is as it should be. */
async function unless(code: AfferentError['code'], work: Promise<void>): Promise<void> {
  await work.catch((thrown: unknown) => {
    if (!(thrown instanceof AfferentError && thrown.code === code)) throw thrown;
  });
}
