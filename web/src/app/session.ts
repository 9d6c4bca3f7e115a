import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { meQuery } from '../api/queries.ts';
import type { Me, Role } from '../api/types.ts';

/** Who is signed in; only below the route that asks for it. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

/** The account's roles in a study; none where it has no part in it. */
export function useRoles(study: string): readonly Role[] {
  const { data } = useQuery(meQuery);
  return data?.studies.find((one) => one.study === study)?.roles ?? [];
}

export const roleNames: Record<Role, string> = { 'data-manager': 'data manager', researcher: 'researcher', reviewer: 'reviewer' };
