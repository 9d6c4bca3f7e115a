import { Command, CommanderError, Option } from 'commander';
import { AfferentError, toAfferentError } from '../../schema/errors.ts';
import { type Flags, loadConfig } from '../config/config.ts';
import { commonSettings, partsSettings, type SettingName, settings } from '../config/settings.ts';
import { reportError } from './error-report.ts';
import { groups, notYet, type VerbEntry, verbs } from './index.ts';
import { listenForInterruption } from './interrupt.ts';
import { makeOutput } from './output.ts';
import { type Verb, type VerbOption, wholeNumber } from './verb.ts';

/**
 * Runs one command line.
 * @returns its exit code: see the table of errors, and 0, 1, 2, 3, 130 in the documentation
 */
export async function runCommandLine(given: string[]): Promise<number> {
  const argv = given[0] === 'help' ? [...given.slice(1), '--help'] : given;
  const json = argv.includes('--json');
  const words = verbWords(argv);
  let exit = 0;
  try {
    const missing = notYetVerb(words, argv);
    if (missing) throw new AfferentError('not-yet', { what: missing });
    const program = makeProgram();
    const chosen = chooseVerb(words);
    if (!chosen && words[0] !== undefined && !(words[0] in groups))
      throw new AfferentError('usage', { what: `there is no verb ${words[0]}` });
    for (const entry of verbs) {
      const command = attach(program, entry);
      if (entry !== chosen) continue;
      const { verb } = await entry.load();
      describe(command, verb, entry);
      command.action(async () => {
        exit = (await call(command, verb)) ?? 0;
      });
    }
    await program.parseAsync(argv, { from: 'user' });
    return exit;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return 0;
      if (thrown.code === 'commander.help') return 2;
      return reportError(new AfferentError('usage', { what: thrown.message.replace(/^error: /, '') }), thrown, json);
    }
    return reportError(toAfferentError(thrown), thrown, json);
  }
}

function makeProgram(): Command {
  const program = new Command('afferent')
    .description('Ingests, scores and accounts for the social-media and wearable streams of a psychology study.')
    .exitOverride()
    // Errors are told in our own form, below.
    .configureOutput({ outputError: () => {} })
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      'after',
      '\nBegin with:\n  $ ./afferent demo\n  $ ./afferent study create my-study\n\nHelp of one verb: afferent VERB --help',
    );
  addSettings(program, commonSettings);
  program.action(() => program.help());
  return program;
}

/** The first two words that are not options, nor values of the settings that may come first. */
function verbWords(argv: string[]): string[] {
  const withValue = new Set([...commonSettings, ...partsSettings].map((name) => `--${settings[name].flag}`));
  const words: string[] = [];
  for (let i = 0; i < argv.length && words.length < 2; i++) {
    const word = argv[i] as string;
    if (withValue.has(word)) i++;
    else if (!word.startsWith('-')) words.push(word);
  }
  return words;
}

function notYetVerb(words: string[], argv: string[]): string | undefined {
  if (words[0] === 'alerts' && argv.includes('--check')) return 'alerts --check';
  return [words.slice(0, 2).join(' '), words[0] ?? ''].find((name) => notYet.has(name));
}

function chooseVerb(words: string[]): VerbEntry | undefined {
  const two = words.slice(0, 2).join(' ');
  return verbs.find((entry) => entry.words === two) ?? verbs.find((entry) => entry.words === words[0]);
}

function attach(program: Command, entry: VerbEntry): Command {
  const [first, second] = entry.words.split(' ') as [string, string | undefined];
  const parent = program.commands.find((command) => command.name() === first);
  if (second === undefined) return parent ?? program.command(first).description(entry.summary);
  const group = parent ?? makeGroup(program, first);
  return group.command(second).description(entry.summary);
}

function makeGroup(program: Command, name: string): Command {
  const group = program.command(name).description(groups[name] ?? '');
  return group.action(() => group.help({ error: true }));
}

function describe(command: Command, verb: Verb, entry: VerbEntry): void {
  for (const [name, help] of Object.entries(verb.arguments ?? {})) command.argument(name, help);
  for (const option of verb.options ?? []) command.addOption(makeOption(option));
  if (verb.json) command.option('--json', 'print one JSON document on standard output, and nothing else');
  addSettings(command, commonSettings);
  if (verb.parts) addSettings(command, partsSettings);
  const examples = verb.examples.map((line) => `  $ afferent ${line}`).join('\n');
  command.addHelpText('after', `${verb.notes ? `\n${verb.notes}\n` : ''}\nExample${verb.examples.length > 1 ? 's' : ''}:\n${examples}`);
  command.summary(entry.summary);
}

function makeOption(option: VerbOption): Option {
  const made = new Option(option.flags, option.help);
  if (option.required) made.makeOptionMandatory();
  const { whole } = option;
  if (whole) made.argParser((value: string) => wholeNumber(value, made.long ?? option.flags, whole));
  if (option.many) made.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  return made;
}

function addSettings(command: Command, names: SettingName[]): void {
  for (const name of names) {
    const { flag, takes, help, env } = settings[name];
    command.addOption(new Option(`--${flag} ${takes}`, `${help} (${env})`));
  }
}

async function call(command: Command, verb: Verb): Promise<number | undefined> {
  const options = command.optsWithGlobals();
  const flags: Flags = {};
  for (const name of [...commonSettings, ...partsSettings]) {
    const value: unknown = options[name] ?? options[camelCase(settings[name].flag)];
    if (typeof value === 'string') flags[name] = value;
  }
  const { config, origins } = loadConfig(flags);
  const given = command.processedArgs;
  const last = given.at(-1);
  const rest = Array.isArray(last) ? last.map(String) : [];
  const args = given.filter((value) => !Array.isArray(value)) as (string | undefined)[];
  const { first, second, done } = listenForInterruption();
  if (!verb.parts && !verb.endsItself) first.addEventListener('abort', () => endAtOnce(options.json === true));
  try {
    const out = makeOutput(options.json === true);
    return await verb.run({ args, rest, options, config, origins, out, signal: first, again: second });
  } catch (thrown) {
    const told = thrown instanceof AfferentError && thrown.code === 'interrupted';
    if (first.aborted && !told) throw new AfferentError('interrupted');
    throw thrown;
  } finally {
    done();
  }
}

/** For a verb that would go on to its end: whatever it is at, the store bears being left there. */
function endAtOnce(json: boolean): void {
  const error = new AfferentError('interrupted');
  process.exit(reportError(error, error, json));
}

function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
