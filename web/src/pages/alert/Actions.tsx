import { useMutation, useQueryClient } from '@tanstack/react-query';
import { alertQuery } from '../../api/queries.ts';
import { post, studyPath } from '../../api/request.ts';
import type { AlertDecision, AlertDetail, AlertRow, RateRequest } from '../../api/types.ts';
import { useMe } from '../../app/session.ts';
import { decisionNames } from '../../components/alert-words.ts';
import { Button } from '../../components/Button.tsx';
import { levelName } from '../../components/columbia.ts';
import { Failure } from '../../components/Notice.tsx';
import { Panel } from '../../components/Panel.tsx';
import { Time } from '../../components/Time.tsx';
import { CloseForm } from './CloseForm.tsx';
import { RateForm } from './RateForm.tsx';

type Step = { step: 'claim' } | { step: 'rate'; body: RateRequest } | { step: 'close'; body: { decision: AlertDecision } };

/** Claim, rate and close, one after another; of two who do the same at once the other is told plainly. */
export function Actions({ study, detail }: { study: string; detail: AlertDetail }) {
  const { alert, ratings } = detail;
  const me = useMe().account;
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (what: Step) => post<AlertRow>(studyPath(study, 'alerts', alert.id, what.step), 'body' in what ? what.body : undefined),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: alertQuery(study, alert.id).queryKey }),
        client.invalidateQueries({ queryKey: ['alerts', study] }),
        client.invalidateQueries({ queryKey: ['studies'] }),
      ]),
  });
  const mine = alert.claimedBy === me;
  return (
    <Panel title="What to do" aside={alert.claimedBy ? `claimed by ${mine ? 'you' : alert.claimedBy}` : 'not claimed'}>
      {act.isError ? <Failure error={act.error} /> : null}
      {ratings.map((rating) => (
        <p key={`${rating.by} ${rating.at}`}>
          Rated level <strong>{rating.severity}</strong>, {levelName(rating.severity)}, by {rating.by}, <Time at={rating.at} zone />.
        </p>
      ))}
      {alert.state === 'open' ? (
        <div className="stack">
          <p>Claim it, and you are the one who rates and closes it. The people of the policy are told no further.</p>
          <div>
            <Button main disabled={act.isPending} onClick={() => act.mutate({ step: 'claim' })}>
              Claim this alert
            </Button>
          </div>
        </div>
      ) : null}
      {!mine && (alert.state === 'claimed' || alert.state === 'rated') ? (
        <p>{alert.claimedBy} has claimed this alert and is the one to act.</p>
      ) : null}
      {mine && alert.state === 'claimed' ? (
        <RateForm pending={act.isPending} onRate={(body) => act.mutate({ step: 'rate', body })} />
      ) : null}
      {mine && alert.state === 'rated' ? (
        <CloseForm pending={act.isPending} onClose={(decision) => act.mutate({ step: 'close', body: { decision } })} />
      ) : null}
      {alert.state === 'closed' ? (
        <p role="status">
          Closed: <strong>{alert.decision ? decisionNames[alert.decision] : 'no decision recorded'}</strong>. A new score over the policy
          opens a new alert.
        </p>
      ) : null}
    </Panel>
  );
}
