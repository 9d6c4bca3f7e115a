import { createServer } from 'node:net';

/** The first free port from `first` on, of `tries`; any free one when `first` is 0. Null when all are taken. */
export async function freePort(host: string, first = 0, tries = 1): Promise<number | null> {
  for (let port = first; port < first + tries; port++) {
    const free = await tryPort(host, port);
    if (free !== null) return free;
  }
  return null;
}

function tryPort(host: string, port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : null));
    });
  });
}
