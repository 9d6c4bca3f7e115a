import { settingNames, settings } from '../../config/settings.ts';
import { checkUp } from '../check-up.ts';
import type { Verb } from '../verb.ts';

const signs = { ok: '✓', warn: '!', bad: '✗' } as const;

export const verb: Verb = {
  json: true,
  parts: true,
  examples: ['doctor', 'doctor --json'],
  notes: 'Exit code 0: all is well · 1: something is worth a look · 3: a part that every study needs is missing.',
  async run(call) {
    const shown = settingNames.map((name) => ({
      setting: settings[name].yaml,
      value: showValue(call.config[name], 'secret' in settings[name]),
      from: call.origins[name],
      flag: `--${settings[name].flag}`,
      environment: settings[name].env,
    }));
    const checks = await checkUp(call.config);
    call.out.report({ settings: shown, checks }, () => {
      call.out.table(
        [
          { title: 'setting', cell: (row) => row.setting },
          { title: 'value', cell: (row) => row.value },
          { title: 'from', cell: (row) => row.from },
          { title: 'flag', cell: (row) => row.flag },
          { title: 'environment', cell: (row) => row.environment },
        ],
        shown,
      );
      call.out.line('');
      for (const { name, state, found, hint } of checks) {
        call.out.line(`${signs[state]} ${name}: ${found}`);
        if (hint) call.out.line(`    ${hint}`);
      }
    });
    if (checks.some((check) => check.state === 'bad')) return 3;
    return checks.some((check) => check.state === 'warn') ? 1 : 0;
  },
};

/** A password in an address is not shown. */
function showValue(value: string | number | null, secret: boolean): string | null {
  if (value === null) return null;
  return secret ? String(value).replace(/\/\/[^@/]*@/, '//…@') : String(value);
}
