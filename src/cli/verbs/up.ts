import { withNewStore } from '../home.ts';
import type { Verb } from '../verb.ts';
import { interruption, withParts } from '../with-parts.ts';

export const verb: Verb = {
  json: false,
  parts: true,
  examples: ['up', 'up --home /data/afferent --port 4400', 'up --host 0.0.0.0 --url https://afferent.example.org'],
  notes: 'Runs until Ctrl-C, which ends all that it started. Sources with --every are read on time while it runs.',
  async run(call) {
    return withNewStore(call.config, (store) =>
      withParts(call, store, { verb: 'up', console: true, own: true }, async ({ parts }) => {
        const { console, ui, temporal } = parts.file;
        call.out.line(`Console   ${console}   (a one-time link: afferent account link NAME)`);
        call.out.line(ui === null ? `Temporal  ${temporal}` : `Temporal  ${temporal}, its pages ${ui}`);
        call.out.line(`Data      ${call.config.home}`);
        call.out.note('Up. Ctrl-C ends all parts.');
        await interruption(call.signal);
        call.out.note('Ending the parts …');
        return 0;
      }),
    );
  },
};
