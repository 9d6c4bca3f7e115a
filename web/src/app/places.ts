import type { Role } from '../api/types.ts';

/** A page of a study: where it is and who may see it. */
export interface Place {
  to:
    | '/studies/$study'
    | '/studies/$study/ledger'
    | '/studies/$study/batches'
    | '/studies/$study/quarantine'
    | '/studies/$study/runs'
    | '/studies/$study/participants'
    | '/studies/$study/records'
    | '/studies/$study/scores'
    | '/studies/$study/sql'
    | '/studies/$study/alerts';
  title: string;
  roles: readonly Role[];
}

const data: readonly Role[] = ['data-manager', 'researcher'];

export const placeGroups: readonly { title: string; places: readonly Place[] }[] = [
  {
    title: 'Study',
    places: [
      { to: '/studies/$study', title: 'Overview', roles: data },
      { to: '/studies/$study/ledger', title: 'Ledger', roles: data },
      { to: '/studies/$study/batches', title: 'Batches', roles: data },
      { to: '/studies/$study/quarantine', title: 'Quarantine', roles: data },
      { to: '/studies/$study/runs', title: 'Runs', roles: data },
    ],
  },
  {
    title: 'Explore',
    places: [
      { to: '/studies/$study/participants', title: 'Participants', roles: ['researcher'] },
      { to: '/studies/$study/records', title: 'Records', roles: ['researcher'] },
      { to: '/studies/$study/scores', title: 'Scores', roles: ['researcher'] },
      { to: '/studies/$study/sql', title: 'SQL', roles: ['researcher'] },
    ],
  },
  { title: 'Care', places: [{ to: '/studies/$study/alerts', title: 'Alerts', roles: ['reviewer'] }] },
];

export const allowed = (place: Place, roles: readonly Role[]) => place.roles.some((role) => roles.includes(role));

/** The first page of a study that these roles may see. */
export function firstPlace(roles: readonly Role[]): Place['to'] {
  const places = placeGroups.flatMap((group) => group.places);
  return places.find((place) => allowed(place, roles))?.to ?? '/studies/$study';
}
