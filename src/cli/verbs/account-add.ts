import { AfferentError } from '../../../schema/errors.ts';
import { createAccount } from '../../store/accounts.ts';
import { withNewStore } from '../home.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<name>': 'name of the person, as it will stand in the audit' },
  options: [{ flags: '--password-stdin', help: 'read the password (10 or more characters) from standard input' }],
  json: true,
  examples: ['account add ana', 'account add ana --password-stdin < password.txt'],
  notes: 'Without a password the account signs in by one-time links: afferent account link NAME',
  async run(call) {
    const name = argument(call, 0);
    const password = call.options.passwordStdin === true ? await readPassword() : null;
    await withNewStore(call.config, (store) => createAccount(store, name, password));
    call.out.report({ account: name, hasPassword: password !== null }, () => {
      call.out.line(`Account ${name} is added.`);
      call.out.note(`Next: ./afferent account grant ${name} STUDY researcher`);
    });
    return 0;
  },
};

async function readPassword(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const password = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (password.length < 10) throw new AfferentError('usage', { what: 'a password has 10 or more characters' });
  return password;
}
