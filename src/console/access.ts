import type { Role } from '../../schema/roles.ts';

/** Who may call a route: anybody, a device by its token, anybody signed in, or these roles in the study of the address. */
export type Access = 'open' | 'device' | 'signed-in' | readonly Role[];

const study: readonly Role[] = ['data-manager', 'researcher'];
const explore: readonly Role[] = ['researcher'];
const alerts: readonly Role[] = ['reviewer'];

/** Every route and who may call it. A route that is missing here keeps the console from starting. */
export const access: Readonly<Record<string, Access>> = {
  'GET /v1/health': 'open',
  'GET /v1/openapi.json': 'open',
  'POST /v1/sign-in': 'open',
  'GET /v1/sign-in/link': 'open',
  'GET /*': 'open',
  'HEAD /*': 'open',
  'POST /v1/ingest/:source': 'device',
  'GET /v1/ingest/:source/receipts/:receipt': 'device',
  'POST /v1/sign-out': 'signed-in',
  'GET /v1/me': 'signed-in',
  'POST /v1/me/password': 'signed-in',
  'GET /v1/studies': 'signed-in',
  'GET /v1/studies/:study': study,
  'GET /v1/studies/:study/batches': study,
  'GET /v1/studies/:study/batches.csv': study,
  'GET /v1/studies/:study/batches.json': study,
  'GET /v1/studies/:study/ledger': study,
  'GET /v1/studies/:study/ledger.csv': study,
  'GET /v1/studies/:study/ledger.json': study,
  'GET /v1/studies/:study/completeness': study,
  'GET /v1/studies/:study/completeness.csv': study,
  'GET /v1/studies/:study/completeness.json': study,
  'GET /v1/studies/:study/completeness.svg': study,
  'GET /v1/studies/:study/quarantine': study,
  'GET /v1/studies/:study/quarantine.csv': study,
  'GET /v1/studies/:study/quarantine.json': study,
  'GET /v1/studies/:study/runs': study,
  'GET /v1/studies/:study/runs.csv': study,
  'GET /v1/studies/:study/runs.json': study,
  'GET /v1/studies/:study/records': explore,
  'GET /v1/studies/:study/records.csv': explore,
  'GET /v1/studies/:study/records.json': explore,
  'GET /v1/studies/:study/records/as-of': explore,
  'GET /v1/studies/:study/records/as-of.csv': explore,
  'GET /v1/studies/:study/records/as-of.json': explore,
  'GET /v1/studies/:study/scores': explore,
  'GET /v1/studies/:study/scores.csv': explore,
  'GET /v1/studies/:study/scores.json': explore,
  'GET /v1/studies/:study/participants/:participant/timeline': explore,
  'GET /v1/studies/:study/sql/tables': explore,
  'POST /v1/studies/:study/sql': explore,
  'DELETE /v1/studies/:study/sql/:id': explore,
  'GET /v1/studies/:study/sql.csv': explore,
  'GET /v1/studies/:study/alerts': alerts,
  'GET /v1/studies/:study/alerts/:id': alerts,
  'POST /v1/studies/:study/alerts/:id/open': alerts,
  'POST /v1/studies/:study/alerts/:id/claim': alerts,
  'POST /v1/studies/:study/alerts/:id/rate': alerts,
  'POST /v1/studies/:study/alerts/:id/close': alerts,
};
