import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { ApiError } from '../api/error.ts';
import { meQuery } from '../api/queries.ts';
import { Failure, Loading } from '../components/Notice.tsx';
import { NotFound } from './NotFound.tsx';
import { firstPlace } from './places.ts';
import { Shell } from './Shell.tsx';
import { StudyFrame } from './StudyFrame.tsx';
import { parseSearch, readSearch, stringifySearch } from './search.ts';

const page = ['page', 'size'] as const;
const scoreFilters = ['key', 'min', 'max', 'decision', 'from', 'to', 'sort'] as const;
const scoreLists = ['participant', 'kind', 'head', 'grade'] as const;

const root = createRootRouteWithContext<{ client: QueryClient }>()({});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: readSearch(['next', 'error'], []),
  component: lazyRouteComponent(() => import('../pages/sign-in/SignInPage.tsx'), 'SignInPage'),
});

/** Everything below asks first who is there. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    try {
      return { me: await context.client.ensureQueryData(meQuery) };
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) throw redirect({ to: '/sign-in', search: { next: location.href } });
      throw error;
    }
  },
  component: Shell,
});

const studies = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/studies/StudiesPage.tsx'), 'StudiesPage'),
});
const account = createRoute({
  getParentRoute: () => signedIn,
  path: '/account',
  component: lazyRouteComponent(() => import('../pages/account/AccountPage.tsx'), 'AccountPage'),
});

const study = createRoute({ getParentRoute: () => signedIn, path: '/studies/$study', component: StudyFrame });

const overview = createRoute({
  getParentRoute: () => study,
  path: '/',
  beforeLoad: ({ context, params }) => {
    const roles = context.me.studies.find((one) => one.study === params.study)?.roles ?? [];
    const to = firstPlace(roles);
    if (to !== '/studies/$study') throw redirect({ to, params });
  },
  component: lazyRouteComponent(() => import('../pages/study/OverviewPage.tsx'), 'OverviewPage'),
});
const ledger = createRoute({
  getParentRoute: () => study,
  path: '/ledger',
  validateSearch: readSearch(['source', 'from', 'to'], []),
  component: lazyRouteComponent(() => import('../pages/ledger/LedgerPage.tsx'), 'LedgerPage'),
});
const batches = createRoute({
  getParentRoute: () => study,
  path: '/batches',
  validateSearch: readSearch(['source', ...page], []),
  component: lazyRouteComponent(() => import('../pages/batches/BatchesPage.tsx'), 'BatchesPage'),
});
const quarantine = createRoute({
  getParentRoute: () => study,
  path: '/quarantine',
  validateSearch: readSearch(['source', 'batch', 'reason', ...page], []),
  component: lazyRouteComponent(() => import('../pages/quarantine/QuarantinePage.tsx'), 'QuarantinePage'),
});
const runs = createRoute({
  getParentRoute: () => study,
  path: '/runs',
  validateSearch: readSearch([...page], []),
  component: lazyRouteComponent(() => import('../pages/runs/RunsPage.tsx'), 'RunsPage'),
});
const participants = createRoute({
  getParentRoute: () => study,
  path: '/participants',
  validateSearch: readSearch(['find', 'sort'], []),
  component: lazyRouteComponent(() => import('../pages/participants/ParticipantsPage.tsx'), 'ParticipantsPage'),
});
const timeline = createRoute({
  getParentRoute: () => study,
  path: '/participants/$participant',
  validateSearch: readSearch(['from', 'to'], ['head', 'signal']),
  component: lazyRouteComponent(() => import('../pages/timeline/TimelinePage.tsx'), 'TimelinePage'),
});
const records = createRoute({
  getParentRoute: () => study,
  path: '/records',
  validateSearch: readSearch([...scoreFilters, 'type', ...page], scoreLists),
  component: lazyRouteComponent(() => import('../pages/records/RecordsPage.tsx'), 'RecordsPage'),
});
const scores = createRoute({
  getParentRoute: () => study,
  path: '/scores',
  validateSearch: readSearch([...scoreFilters, ...page], scoreLists),
  component: lazyRouteComponent(() => import('../pages/scores/ScoresPage.tsx'), 'ScoresPage'),
});
const sql = createRoute({
  getParentRoute: () => study,
  path: '/sql',
  validateSearch: readSearch(['sql'], []),
  component: lazyRouteComponent(() => import('../pages/sql/SqlPage.tsx'), 'SqlPage'),
});
const alerts = createRoute({
  getParentRoute: () => study,
  path: '/alerts',
  component: lazyRouteComponent(() => import('../pages/alerts/AlertsPage.tsx'), 'AlertsPage'),
});
const alert = createRoute({
  getParentRoute: () => study,
  path: '/alerts/$alert',
  component: lazyRouteComponent(() => import('../pages/alert/AlertPage.tsx'), 'AlertPage'),
});

const pages = [overview, ledger, batches, quarantine, runs, participants, timeline, records, scores, sql, alerts, alert];
const routeTree = root.addChildren([signIn, signedIn.addChildren([studies, account, study.addChildren(pages)])]);

export function createAppRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    context: { client },
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPreload: false,
    defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
    defaultPendingComponent: () => <Loading what="the page" />,
    defaultNotFoundComponent: NotFound,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
