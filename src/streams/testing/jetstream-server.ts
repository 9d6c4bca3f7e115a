import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

interface Frame {
  did: string;
  timeUs: number;
  text: string;
}

function likeAt(timeUs: number): string {
  const commit = { rev: 'x', operation: 'create', collection: 'app.bsky.feed.like', rkey: 'x', record: {} };
  return JSON.stringify({ did: 'did:plc:somebody', time_us: timeUs, kind: 'commit', commit });
}

/** A Jetstream over loopback: plays back from a cursor what it has for the accounts asked for, then sends what comes. */
export class JetstreamServer {
  readonly #server: WebSocketServer;
  #frames: Frame[] = [];
  #likes: number[] = [];
  readonly #listeners = new Map<WebSocket, ReadonlySet<string>>();
  /** Accounts of each hello, and cursors of each connection, in order. */
  readonly asked: string[][] = [];
  readonly cursors: number[] = [];
  /** How often it was asked for likes. */
  memoryAsked = 0;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket, request) => {
      const query = new URL(request.url ?? '/', 'ws://local').searchParams;
      const cursor = Number(query.get('cursor'));
      if (query.get('requireHello') !== 'true') {
        this.memoryAsked += 1;
        for (const timeUs of this.#likes) if (timeUs >= cursor) socket.send(likeAt(timeUs));
        return;
      }
      this.cursors.push(cursor);
      socket.on('message', (message) => {
        const { type, payload } = JSON.parse(message.toString()) as { type: string; payload: { wantedDids: string[] } };
        if (type !== 'options_update') return;
        this.asked.push(payload.wantedDids);
        const wanted = new Set(payload.wantedDids);
        this.#listeners.set(socket, wanted);
        for (const frame of this.#frames) if (frame.timeUs >= cursor && wanted.has(frame.did)) socket.send(frame.text);
      });
      socket.on('close', () => this.#listeners.delete(socket));
    });
  }

  static async start(): Promise<JetstreamServer> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    return new JetstreamServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/subscribe`;
  }

  /** Sends a frame, and keeps it for those that come later. */
  send(did: string, timeUs: number, rest: object): void {
    const frame = { did, timeUs, text: JSON.stringify({ did, time_us: timeUs, ...rest }) };
    this.#frames.push(frame);
    for (const [socket, wanted] of this.#listeners) if (wanted.has(did)) socket.send(frame.text);
  }

  /** A post of an account, or its deletion. */
  post(did: string, timeUs: number, key: string, text: string | null): void {
    const record = { $type: 'app.bsky.feed.post', text, createdAt: new Date(timeUs / 1000).toISOString(), langs: ['en'] };
    const what = text === null ? { operation: 'delete' } : { operation: 'create', record };
    this.send(did, timeUs, { kind: 'commit', commit: { rev: 'x', collection: 'app.bsky.feed.post', rkey: key, ...what } });
  }

  /** A like by somebody or other: whoever asks for likes without naming accounts gets it. */
  like(timeUs: number): void {
    this.#likes.push(timeUs);
  }

  /** Forgets what is older, as a service does after a while. */
  forget(beforeUs: number): void {
    this.#likes = this.#likes.filter((timeUs) => timeUs >= beforeUs);
    this.#frames = this.#frames.filter((frame) => frame.timeUs >= beforeUs);
  }

  /** Cuts every connection off. */
  cut(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
