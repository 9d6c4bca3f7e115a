import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { meQuery } from '../../api/queries.ts';
import { post } from '../../api/request.ts';
import { roleNames, useMe } from '../../app/session.ts';
import { Button } from '../../components/Button.tsx';
import { Field } from '../../components/Field.tsx';
import { Failure } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';

export function AccountPage() {
  const me = useMe();
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (body: { current: string | null; password: string }) => post('/v1/me/password', body),
    onSuccess: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    change.mutate({ current: me.hasPassword ? String(form.get('current')) : null, password: String(form.get('password')) });
    event.currentTarget.reset();
  };
  return (
    <main className="page page-alone" id="page">
      <h1>{me.account}</h1>
      <Panel title="Roles">
        {me.studies.length === 0 ? <p className="muted">None yet.</p> : null}
        <ul>
          {me.studies.map((one) => (
            <li key={one.study}>
              {one.study}: {one.roles.map((role) => roleNames[role]).join(', ')}
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title={me.hasPassword ? 'Change your password' : 'Choose a password'}>
        <form onSubmit={submit} className="stack password-form">
          {/* Tells a password manager whose password it is. */}
          <input
            className="unseen"
            name="username"
            autoComplete="username"
            defaultValue={me.account}
            readOnly
            tabIndex={-1}
            aria-hidden="true"
          />
          {me.hasPassword ? (
            <Field label="Password until now">
              <input name="current" type="password" autoComplete="current-password" required />
            </Field>
          ) : null}
          <Field label="New password, at least 10 characters">
            <input name="password" type="password" autoComplete="new-password" required minLength={10} maxLength={1024} />
          </Field>
          {change.isError ? <Failure error={change.error} /> : null}
          {change.isSuccess ? <p role="status">✓ The new password holds from now on.</p> : null}
          <div>
            <Button main type="submit" disabled={change.isPending}>
              Save
            </Button>
          </div>
        </form>
      </Panel>
    </main>
  );
}
