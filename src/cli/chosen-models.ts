import { type ChoosableModel, choosableModels } from '../../activities/models.ts';
import { AfferentError } from '../../schema/errors.ts';
import type { Policy } from '../../schema/policy.ts';
import { modelsFolder } from '../config/project.ts';

/** Names of models that a study may choose, or of these others. @throws AfferentError `unknown-model`, with those that there are */
export async function readModels(names: readonly string[], others: readonly string[] = []): Promise<string[]> {
  if (names.length === 0) return [];
  const known = (await choosableModels(modelsFolder)).map(({ name }) => name);
  const other = names.find((name) => !known.includes(name) && !others.includes(name));
  if (other !== undefined)
    throw new AfferentError('unknown-model', {
      what: `a study may choose ${known.join(', ')}; those of texts and recordings it runs anyway`,
    });
  return [...new Set(names)].sort();
}

/** A rule on a model of minutes or days would never hold: nobody is to rely on it. @throws AfferentError `bad-policy` */
export async function refuseWeakRules({ rules }: Policy): Promise<void> {
  const heads = new Set((await choosableModels(modelsFolder)).flatMap((model) => model.heads.map(({ head }) => head)));
  const at = rules.findIndex(({ head }) => heads.has(head));
  if (at === -1) return;
  const what = `a rule on ${rules[at]?.head}: models of minutes and days open no alerts`;
  throw new AfferentError('bad-policy', { field: `rules.${at}.head`, what });
}

/** Each head with its grade. */
export function headsOf({ heads }: ChoosableModel): string {
  return heads.map(({ head, grade }) => `${head} (${grade})`).join(', ');
}
