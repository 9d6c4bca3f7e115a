import { Runtime } from '@temporalio/worker';
import { temporalVersion } from './temporal-binary.ts';

// The SDK downloads a server only in order to start it: start it without a user interface, and end it.
const runtime = Runtime.instance();
const server = await runtime.createEphemeralServer({
  type: 'dev-server',
  exe: {
    type: 'cached-download',
    downloadDir: process.argv[2] as string,
    version: `v${temporalVersion}`,
    ttl: 0,
    sdkName: 'sdk-typescript',
    sdkVersion: '1.24.0',
  },
  namespace: 'default',
  ip: '127.0.0.1',
  port: null,
  uiPort: null,
  dbFilename: null,
  ui: false,
  log: { format: 'pretty', level: 'warn' },
  extraArgs: [],
});
await runtime.shutdownEphemeralServer(server);
await runtime.shutdown();
process.exit(0);
