import type { AlertDetail } from '../../api/types.ts';

export function PolicyFacts({ policy }: { policy: AlertDetail['policy'] }) {
  return (
    <dl className="facts">
      <dt>Name</dt>
      <dd>{policy.name}</dd>
      <dt>Opens when</dt>
      <dd>
        {policy.rules.map((rule) => (
          <div key={`${rule.head} ${rule.key}`}>
            {rule.head} {rule.key} ≥ {rule.atLeast}
          </div>
        ))}
      </dd>
      <dt>Told in order</dt>
      <dd>{policy.people.join(', then ')}</dd>
      <dt>Time limits</dt>
      <dd>
        claim within {policy.claimWithin} each, rate within {policy.rateWithin}, close within {policy.closeWithin}
      </dd>
    </dl>
  );
}
