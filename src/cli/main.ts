import { toWriteError } from '../../schema/errors.ts';
import { runCommandLine } from './command-line.ts';
import { reportError } from './error-report.ts';

// A reader that has seen enough, such as head, closes the pipe: that is no fault.
process.stdout.on('error', (thrown: NodeJS.ErrnoException) => {
  process.exit(thrown.code === 'EPIPE' ? 0 : reportError(toWriteError(thrown), thrown, false));
});
// There is nowhere left to say it.
process.stderr.on('error', () => {});

process.exitCode = await runCommandLine(process.argv.slice(2));
