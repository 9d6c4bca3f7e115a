import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { meQuery } from '../../api/queries.ts';
import { post } from '../../api/request.ts';
import type { Me } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Field } from '../../components/Field.tsx';
import { Failure } from '../../components/Notice.tsx';
import './sign-in.css';

const route = getRouteApi('/sign-in');

/** Only an address of this console may come next. */
const safeNext = (next: string | undefined) => (next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? next : '/');

export function SignInPage() {
  const { next, error } = route.useSearch();
  const client = useQueryClient();
  const router = useRouter();
  const signIn = useMutation({
    mutationFn: (body: { name: string; password: string }) => post<Me>('/v1/sign-in', body),
    onSuccess: (me) => {
      client.clear();
      client.setQueryData(meQuery.queryKey, me);
      router.history.push(safeNext(next));
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    signIn.mutate({ name: String(form.get('name')), password: String(form.get('password')) });
  };
  return (
    <main className="sign-in">
      <img src="/icon.svg" alt="" width="44" height="44" />
      <h1>Afferent</h1>
      <p className="muted">Streams of a study, every record accounted for, every score reproducible.</p>
      {error && !signIn.isError ? (
        <div className="notice notice-failure" role="alert">
          <p className="notice-title">This sign-in link is wrong or used up.</p>
          <p>
            Ask for a new one with <code>afferent account link NAME</code>.
          </p>
        </div>
      ) : null}
      <form onSubmit={submit} className="sign-in-form">
        <Field label="Name">
          <input name="name" autoComplete="username" autoCapitalize="none" spellCheck={false} required maxLength={128} />
        </Field>
        <Field label="Password">
          <input name="password" type="password" autoComplete="current-password" required maxLength={1024} />
        </Field>
        {signIn.isError ? <Failure error={signIn.error} /> : null}
        <Button main type="submit" disabled={signIn.isPending}>
          {signIn.isPending ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
      <p className="small muted">
        No password yet? A one-time link signs you in: ask whoever runs the server for <code>afferent account link NAME</code>.
      </p>
    </main>
  );
}
