import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { get, type Query, queryString, studyPath } from './request.ts';
import type { AlertDetail, AlertQueue, Completeness, Ledger, Me, SqlTables, StudyList, StudyOverview, Timeline } from './types.ts';

const seconds = 1000;

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => get<Me>('/v1/me', signal),
  staleTime: 60 * seconds,
});

export const studiesQuery = queryOptions({ queryKey: ['studies'], queryFn: ({ signal }) => get<StudyList>('/v1/studies', signal) });

export const overviewQuery = (study: string) =>
  queryOptions({
    queryKey: ['overview', study],
    queryFn: ({ signal }) => get<StudyOverview>(studyPath(study), signal),
    refetchInterval: 15 * seconds,
  });

export const ledgerQuery = (study: string, filter: Query = {}) =>
  queryOptions({
    queryKey: ['ledger', study, filter],
    queryFn: ({ signal }) => get<Ledger>(studyPath(study, 'ledger') + queryString(filter), signal),
    placeholderData: keepPreviousData,
  });

export const completenessQuery = (study: string) =>
  queryOptions({
    queryKey: ['completeness', study],
    queryFn: ({ signal }) => get<Completeness>(studyPath(study, 'completeness'), signal),
  });

/** A page of a table: the query is the address's own. */
export const tableQuery = <T>(study: string, table: string, search: Query) =>
  queryOptions({
    queryKey: ['table', study, table, search],
    queryFn: ({ signal }) => get<T>(studyPath(study, table) + queryString(search), signal),
    placeholderData: keepPreviousData,
  });

export const timelineQuery = (study: string, participant: string, search: Query) =>
  queryOptions({
    queryKey: ['timeline', study, participant, search],
    queryFn: ({ signal }) => get<Timeline>(studyPath(study, 'participants', participant, 'timeline') + queryString(search), signal),
    placeholderData: keepPreviousData,
  });

export const sqlTablesQuery = (study: string) =>
  queryOptions({ queryKey: ['sql-tables', study], queryFn: ({ signal }) => get<SqlTables>(studyPath(study, 'sql', 'tables'), signal) });

export const alertsQuery = (study: string) =>
  queryOptions({
    queryKey: ['alerts', study],
    queryFn: ({ signal }) => get<AlertQueue>(studyPath(study, 'alerts'), signal),
    refetchInterval: 20 * seconds,
  });

export const alertQuery = (study: string, id: string) =>
  queryOptions({
    queryKey: ['alert', study, id],
    queryFn: ({ signal }) => get<AlertDetail>(studyPath(study, 'alerts', id), signal),
    refetchInterval: 20 * seconds,
  });
