import { createConsole } from '../src/console/server.ts';
import { pushedMedia } from '../src/parts/pushed-media.ts';
import { openStore, type StoreAddress } from '../src/store/open.ts';

/** The console alone, as a process that can be killed: settings come as JSON in AFFERENT_BENCH, the port goes out over IPC. */
const { address, port } = JSON.parse(process.env.AFFERENT_BENCH ?? '{}') as { address: StoreAddress; port: number };
const store = await openStore(address);
const nobody = async () => {};
const app = await createConsole({ store, review: { claim: nobody, rate: nobody, close: nobody }, webDist: null, pushes: pushedMedia() });
await app.listen({ host: '127.0.0.1', port });
process.on('disconnect', () => process.exit(0));
const [listening] = app.addresses();
process.send?.(typeof listening === 'object' ? listening.port : port);
