import { createTransport } from 'nodemailer';
import { AfferentError } from '../../schema/errors.ts';

export interface MailServer {
  /** `smtp://user:password@host:port`, or null. */
  smtp: string | null;
  from: string;
  consoleUrl: string;
}

/** What a mail about an alert says: which alert, of which study, and by when somebody must act. No name, no text, no score. */
export interface AlertMail {
  alert: string;
  study: string;
  dueAt: string;
}

/** How long a mail server may keep us waiting, in milliseconds. */
const patienceMs = 15_000;

/** Sends the mail about an alert to one person. @throws AfferentError `no-smtp`, `smtp-failed` */
export async function sendMail(server: MailServer, to: { account: string; mail: string }, about: AlertMail): Promise<void> {
  if (server.smtp === null) throw new AfferentError('no-smtp');
  const limits = { connectionTimeout: patienceMs, greetingTimeout: patienceMs, socketTimeout: patienceMs };
  const transport = createTransport({ url: server.smtp, ...limits });
  const link = new URL(`/studies/${encodeURIComponent(about.study)}/alerts/${encodeURIComponent(about.alert)}`, server.consoleUrl);
  try {
    await transport.sendMail({
      from: server.from,
      to: to.mail,
      subject: `Afferent: an alert of study ${about.study} waits for you`,
      text: [
        `An alert of study ${about.study} waits for somebody to claim it.`,
        `You are asked until ${about.dueAt}; then the next person is told.`,
        '',
        `Open it here: ${link.href}`,
        '',
        'Scores are for research and are no diagnosis. This mail holds nothing that a participant wrote.',
      ].join('\n'),
      // One alert is one thread in a mail program.
      headers: { 'X-Afferent-Alert': about.alert },
    });
  } catch {
    // The server's own words may name addresses; the code is enough.
    throw new AfferentError('smtp-failed');
  } finally {
    transport.close();
  }
}
