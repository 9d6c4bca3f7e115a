import { finished } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { AfferentError } from '../../../schema/errors.ts';
import { IngestParams, pushMedia, Receipt, ReceiptParams, ReceiptState } from '../../../schema/streams.ts';
import { type Device, deviceOf } from '../../store/devices.ts';
import { receiptState } from '../../store/inbox.ts';
import type { Store } from '../../store/open.ts';
import { BackPressure, inboxLimits } from '../ingest/back-pressure.ts';
import { InboxWriter } from '../ingest/inbox-writer.ts';
import { sentClock } from '../ingest/sent-clock.ts';
import type { ConsoleParts } from '../server.ts';

/** Largest body of a push, as it comes and unpacked. */
const mostBytes = 8 * 1024 * 1024;
const requestIdForm = /^[\x21-\x7e]{1,128}$/;
const unpack = promisify(gunzip);

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose token came with it, on routes of devices. */
    device: Device | null;
  }
}

/** Where devices push. A receipt says that what was sent is durable, not yet that it was read. */
export function ingestRoutes({ store, pushes, inbox }: ConsoleParts) {
  const writer = new InboxWriter(store);
  const pressure = new BackPressure(store, writer, { ...inboxLimits, ...inbox });

  return async (instance: FastifyInstance) => {
    // Bodies are kept as they came: the source's own kind reads them.
    instance.removeAllContentTypeParsers();
    for (const type of Object.values(pushMedia)) {
      instance.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: mostBytes }, (_request, body, done) => done(null, body));
    }
    instance.decorateRequest('device', null);
    // Before any of a body is read: nobody without a token makes the server hold one.
    instance.addHook('onRequest', async (request, reply) => {
      const device = await sender(store, request);
      request.device = device;
      if (request.method !== 'POST') return;
      const room = roomFor(request);
      const seconds = await pressure.retryAfter(device.source, room.known ? room.bytes : 0);
      if (seconds !== null) throw sentAway(reply, seconds);
      const giveBack = pressure.receive(room.bytes);
      if (giveBack === null) throw sentAway(reply, 1);
      finished(reply.raw, giveBack);
    });
    const app = instance.withTypeProvider<ZodTypeProvider>();

    app.post(
      '/v1/ingest/:source',
      { schema: { params: IngestParams, response: { 200: Receipt, 202: Receipt } } },
      async (request, reply) => {
        // When its head came: a long body on a slow line must not look like a slow clock.
        const receivedMs = Math.round(Date.now() - reply.elapsedTime);
        const device = request.device as Device;
        const media = mediaOf(request);
        if (!pushes[device.kind]?.includes(media)) throw new AfferentError('media-not-taken');
        const clientMs = sentClock(request.headers['x-client-time']);
        const requestId = requestIdOf(request);
        const body = await bodyOf(request);
        const seconds = await pressure.retryAfter(device.source, body.length);
        if (seconds !== null) throw sentAway(reply, seconds);
        const { study, participant, source } = device;
        const from = { device: device.id };
        const { receipt, repeated } = await writer.accept({
          study,
          participant,
          source,
          from,
          requestId,
          media,
          body,
          receivedMs,
          clientMs,
        });
        if (!repeated) pressure.add(source, body.length);
        // A phone that sends again cannot tell whether it was heard: both answers say the same.
        return reply.code(repeated ? 200 : 202).send(receipt);
      },
    );

    app.get(
      '/v1/ingest/:source/receipts/:receipt',
      { schema: { params: ReceiptParams, response: { 200: ReceiptState } } },
      async (request) => receiptState(store, (request.device as Device).source, request.params.receipt),
    );
  };
}

/** @throws AfferentError `device-refused`, for another's source too: whether that exists is not told */
async function sender(store: Store, request: FastifyRequest): Promise<Device> {
  const { source } = request.params as { source?: string };
  const token = /^Bearer ([\w-]{20,128})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new AfferentError('device-refused');
  const device = await deviceOf(store, token);
  if (device.source !== source) throw new AfferentError('device-refused');
  return device;
}

/** Bytes that a body may take: as long as it says, or the longest where it does not say. */
function roomFor(request: FastifyRequest): { bytes: number; known: boolean } {
  const said = request.headers['content-length'];
  const known = said !== undefined && /^\d{1,15}$/.test(said);
  return { bytes: known ? Math.min(Number(said), mostBytes) : mostBytes, known };
}

function mediaOf(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function requestIdOf(request: FastifyRequest): string | null {
  const id = request.headers['idempotency-key'];
  if (id === undefined) return null;
  if (typeof id !== 'string' || !requestIdForm.test(id)) throw new AfferentError('usage', { what: 'Idempotency-Key' });
  return id;
}

/** @throws AfferentError `body-empty`, `bad-packing`, `body-too-large`, `media-not-taken` */
async function bodyOf(request: FastifyRequest): Promise<Buffer> {
  const packing = request.headers['content-encoding'];
  if (packing !== undefined && packing !== 'identity' && packing !== 'gzip') throw new AfferentError('bad-packing');
  const sent = request.body;
  if (!Buffer.isBuffer(sent) || sent.length === 0) throw new AfferentError('body-empty');
  if (packing !== 'gzip') return sent;
  const body = await unpack(sent, { maxOutputLength: mostBytes }).catch((thrown: NodeJS.ErrnoException) => {
    throw new AfferentError(thrown.code === 'ERR_BUFFER_TOO_LARGE' ? 'body-too-large' : 'bad-packing');
  });
  if (body.length === 0) throw new AfferentError('body-empty');
  return body;
}

function sentAway(reply: FastifyReply, seconds: number): AfferentError {
  reply.header('retry-after', String(seconds));
  return new AfferentError('inbox-full');
}
