import type { FormEvent } from 'react';
import type { AlertDecision } from '../../api/types.ts';
import { decisionNames } from '../../components/alert-words.ts';
import { Button } from '../../components/Button.tsx';

export function CloseForm({ pending, onClose }: { pending: boolean; onClose: (decision: AlertDecision) => void }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onClose(new FormData(event.currentTarget).get('decision') as AlertDecision);
  };
  return (
    <form className="stack" onSubmit={submit}>
      <fieldset className="choices">
        <legend>What was done?</legend>
        {Object.entries(decisionNames).map(([decision, name]) => (
          <label key={decision} className="choice">
            <input type="radio" name="decision" value={decision} required />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
      <div>
        <Button main type="submit" disabled={pending}>
          Close the alert
        </Button>
      </div>
    </form>
  );
}
