import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { AfferentError } from '../../schema/errors.ts';

const table = /^\/studies\/[^?]+\.(csv|json)(\?|$)/;

/** The built pages: files as they are, every other address the one page, which knows its routes. */
export async function webPages(app: FastifyInstance, folder: string | null): Promise<void> {
  const built = folder !== null && existsSync(join(folder, 'index.html'));
  if (built) {
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: true,
      setHeaders(reply, path) {
        const hashed = path.includes('/assets/');
        reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
      cacheControl: false,
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const { url } = request;
    // A table's page is also .csv and .json at its own address.
    if (request.method === 'GET' && table.test(url)) return reply.redirect(`/v1${url}`);
    const wantsPage = request.method === 'GET' && !url.startsWith('/v1/') && !/\.[a-z0-9]+$/.test(url.replace(/\?.*$/s, ''));
    if (!built || !wantsPage) throw new AfferentError('not-found');
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
}
