import { commonSettings, partsSettings, type SettingName, settings } from '../config/settings.ts';
import { verbs } from './index.ts';
import type { Verb } from './verb.ts';

/** docs/commands.md, made from the verbs themselves. */
export async function commandsPage(): Promise<string> {
  const sections: string[] = [];
  for (const { words, summary, load } of verbs) sections.push(section(words, summary, (await load()).verb));
  return `${[opening, ...sections, settingsTable(), exitCodes].join('\n\n')}\n`;
}

const opening = `# Commands

\`./afferent VERB …\`, from any folder. This page is made from the verbs themselves: \`node src/cli/commands-page.ts > docs/commands.md\`.
A reference to a participant on the command line is the id in your own lists; what is stored, printed and logged is the pseudonym.
\`--json\` prints one JSON document on standard output and nothing else; progress, hints and errors go to standard error.`;

const exitCodes = `## Exit codes

| code | meaning |
| --- | --- |
| 0 | done |
| 1 | done, but not all is well: drift found, the ledger is off, rows or sources failed, alerts are open and nobody watches |
| 2 | wrong use |
| 3 | a needed part cannot be had; the message says which, and how to get it |
| 130 | interrupted; what is stored is consistent, and the same command goes on; \`score\` and \`evaluate\` begin anew |`;

function section(words: string, summary: string, verb: Verb): string {
  const names = Object.keys(verb.arguments ?? {});
  const rows = [
    ...Object.entries(verb.arguments ?? {}),
    ...(verb.options ?? []).map(({ flags, help, required }) => [flags, required ? `${help} (needed)` : help] as const),
    ...(verb.json ? [['--json', 'print one JSON document'] as const] : []),
  ];
  const table = rows.map(([name, help]) => `| \`${name}\` | ${help.replaceAll('|', '\\|')} |`);
  return [
    `## \`${[words, ...names].join(' ')}\``,
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.${verb.notes ? `\n\n${notes(verb.notes)}` : ''}`,
    ...(table.length > 0 ? [['| | |', '| --- | --- |', ...table].join('\n')] : []),
    ['```sh', ...verb.examples.map((example) => `./afferent ${example.replaceAll('| afferent', '| ./afferent')}`), '```'].join('\n'),
  ].join('\n\n');
}

/** Lines of a list stay lines. */
function notes(text: string): string {
  return text.replaceAll(/\n {2}(?=\S)/g, '\n- ').replace(/\n- /, '\n\n- ');
}

function settingsTable(): string {
  const row = (name: SettingName) => {
    const { flag, takes, env, yaml, help } = settings[name];
    return `| \`--${flag} ${takes}\` | \`${env}\` | \`${yaml}\` | ${help} |`;
  };
  return `## Settings

Flag, then environment, then a line in \`afferent.yaml\` in the data folder, then the default; \`doctor\` shows which wins. (\`home\` itself may
stand in an \`afferent.yaml\` beside the launcher.) The first four go with every verb, the others with those that start parts.

| flag | environment | \`afferent.yaml\` | |
| --- | --- | --- | --- |
${[...commonSettings, ...partsSettings].map(row).join('\n')}`;
}

if (import.meta.main) process.stdout.write(await commandsPage());
