import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Store } from '../store/open.ts';
import { answerErrors } from './error-replies.ts';
import { guard } from './guard.ts';
import type { InboxLimits } from './ingest/back-pressure.ts';
import { type MartOptions, Marts } from './mart/marts.ts';
import type { ReviewClient } from './review-client.ts';
import { alertRoutes } from './routes/alerts.ts';
import { exploreRoutes } from './routes/explore.ts';
import { ingestRoutes } from './routes/ingest.ts';
import { peopleRoutes } from './routes/people.ts';
import { sqlRoutes } from './routes/sql.ts';
import { studyRoutes } from './routes/studies.ts';
import type { Schedules } from './schedules.ts';
import { type SqlOptions, StudySql } from './sql/study-sql.ts';
import { webPages } from './web-pages.ts';

export type Pushes = Readonly<Record<string, readonly string[]>>;

export interface ConsoleOptions {
  store: Store;
  review: ReviewClient;
  schedules?: Schedules;
  /** Folder of the built pages; null serves the API alone. */
  webDist: string | null;
  logger?: FastifyBaseLogger;
  /** Host names it answers to, beside those of this machine: protection against DNS rebinding. */
  hosts?: readonly string[];
  /** Set when the console is reached by https alone. */
  secureCookie?: boolean;
  marts?: Partial<MartOptions>;
  sql?: Partial<SqlOptions>;
  /** Content types that devices may push, by source kind. */
  pushes?: Pushes;
  inbox?: Partial<InboxLimits>;
}

/** What routes are made with. */
export interface ConsoleParts {
  store: Store;
  review: ReviewClient;
  schedules: Schedules | null;
  marts: Marts;
  sql: StudySql;
  secureCookie: boolean;
  pushes: Pushes;
  inbox: Partial<InboxLimits>;
}

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** Nothing is loaded from, sent to or framed by anywhere else. Plots set styles of their own, so styles may be inline. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    manifestSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
};

/**
 * The console's server, ready to listen; the caller chooses address and port. Nothing of the process is touched,
 * and closing it ends the marts.
 */
export async function createConsole(options: ConsoleOptions): Promise<FastifyInstance> {
  const app = Fastify({
    ...(options.logger ? { loggerInstance: options.logger } : { logger: false }),
    // Fastify's own lines hold the query: ours, below, do not.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 64 * 1024,
    // A sender that stops in the middle is not waited for; the longest push on a slow line takes less.
    requestTimeout: 300_000,
    // A CSV of a query has the query in its address.
    http: { maxHeaderSize: 96 * 1024 },
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 128, ignoreTrailingSlash: true },
  } as const) as unknown as FastifyInstance;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerErrors(app);
  await app.register(cookie);
  await app.register(helmet, { contentSecurityPolicy, referrerPolicy: { policy: 'no-referrer' }, hsts: options.secureCookie ?? false });
  guard(app, options.store, [...loopback, ...(options.hosts ?? []).map((host) => host.toLowerCase())]);
  await app.register(rateLimit, { global: false });
  await app.register(swagger, {
    openapi: { info: { title: 'Afferent', version: '1', description: 'Studies, scores and alerts of one home.' } },
    transform: jsonSchemaTransform,
  });
  app.addHook('onResponse', async (request, reply) => {
    const { url: route } = request.routeOptions;
    request.log.info({ method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'answered');
  });

  const marts = new Marts(options.store, options.marts);
  app.addHook('onClose', async () => marts.close());
  const parts: ConsoleParts = {
    store: options.store,
    review: options.review,
    schedules: options.schedules ?? null,
    marts,
    sql: new StudySql(marts, options.sql),
    secureCookie: options.secureCookie ?? false,
    pushes: options.pushes ?? {},
    inbox: options.inbox ?? {},
  };
  // Answers are about people and are kept by no cache.
  app.addHook('onSend', async (request, reply) => {
    if (request.url.startsWith('/v1/')) reply.header('cache-control', 'no-store');
  });
  for (const routes of [peopleRoutes, studyRoutes, exploreRoutes, sqlRoutes, alertRoutes, ingestRoutes]) await app.register(routes(parts));
  await webPages(app, options.webDist);
  return app;
}
