import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { post } from '../api/request.ts';
import { Failure } from '../components/Notice.tsx';
import { useMe } from './session.ts';
import './shell.css';

/** The frame of every page of somebody who is signed in. */
export function Shell() {
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = useMutation({
    mutationFn: () => post('/v1/sign-out'),
    onSuccess: async () => {
      await navigate({ to: '/sign-in', search: {} });
      client.clear();
    },
  });
  return (
    <>
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <header className="top">
        <Link to="/" className="brand">
          <img src="/icon.svg" alt="" width="22" height="22" />
          Afferent
        </Link>
        <nav className="top-account" aria-label="Account">
          <Link to="/account">{me.account}</Link>
          <button type="button" className="link" onClick={() => signOut.mutate()} disabled={signOut.isPending}>
            Sign out
          </button>
        </nav>
      </header>
      {signOut.isError ? <Failure error={signOut.error} /> : null}
      <Outlet />
    </>
  );
}
