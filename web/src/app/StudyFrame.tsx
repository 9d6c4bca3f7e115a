import { Link, Outlet, useLocation, useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { NotFound } from './NotFound.tsx';
import { allowed, placeGroups } from './places.ts';
import { roleNames, useRoles } from './session.ts';

/** A study's pages beside the list of those that the account may see. */
export function StudyFrame() {
  const { study } = useParams({ from: '/signed-in/studies/$study' });
  const roles = useRoles(study);
  if (roles.length === 0) {
    return (
      <main className="page" id="page">
        <NotFound />
      </main>
    );
  }
  return (
    <div className="study-frame">
      <StudyNav study={study} roles={roles} />
      <main className="page" id="page">
        <Outlet />
      </main>
    </div>
  );
}

function StudyNav({ study, roles }: { study: string; roles: ReturnType<typeof useRoles> }) {
  const { pathname } = useLocation();
  const menu = useRef<HTMLDetailsElement>(null);
  const groups = placeGroups
    .map((group) => ({ ...group, places: group.places.filter((place) => allowed(place, roles)) }))
    .filter((group) => group.places.length > 0);
  const root = `/studies/${encodeURIComponent(study)}`;
  const current = groups
    .flatMap((group) => group.places)
    .findLast((place) => (pathname.endsWith('/') ? pathname.slice(0, -1) : pathname).startsWith(place.to.replace('/studies/$study', root)));

  // A narrow page folds the list away again once a page is chosen.
  useEffect(() => menu.current?.removeAttribute('open'), [pathname]);

  const list = (
    <>
      {groups.map((group) => (
        <div key={group.title} className="study-nav-group">
          <p className="study-nav-title">{group.title}</p>
          <ul>
            {group.places.map((place) => (
              <li key={place.to}>
                <Link
                  to={place.to}
                  params={{ study }}
                  search={{}}
                  activeOptions={{ exact: place.to === '/studies/$study', includeSearch: false }}
                >
                  {place.title}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <p className="study-nav-role small muted">You are {roles.map((role) => roleNames[role]).join(', ')} here.</p>
    </>
  );
  return (
    <nav className="study-nav" aria-label={`Study ${study}`}>
      <p className="study-nav-name">
        <Link to="/">Studies</Link> <span aria-hidden="true">/</span> <strong>{study}</strong>
      </p>
      <div className="study-nav-wide">{list}</div>
      <details className="study-nav-narrow" ref={menu}>
        <summary>{current?.title ?? 'Pages'}</summary>
        {list}
      </details>
    </nav>
  );
}
