import type { FormEvent } from 'react';
import type { RateRequest } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { columbiaLevels } from '../../components/columbia.ts';
import { Field } from '../../components/Field.tsx';

export function RateForm({ pending, onRate }: { pending: boolean; onRate: (rating: RateRequest) => void }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onRate({ severity: Number(form.get('severity')), note: String(form.get('note') ?? '') });
  };
  return (
    <form className="stack" onSubmit={submit}>
      <fieldset className="choices">
        <legend>How severe is it? (Columbia scale)</legend>
        {columbiaLevels.map((name, level) => (
          <label key={name} className="choice">
            <input type="radio" name="severity" value={level} required />
            <strong className="number">{level}</strong> <span>{name}</span>
          </label>
        ))}
      </fieldset>
      <Field label="Note (kept encrypted, shown with the words)">
        <textarea name="note" rows={3} maxLength={4000} />
      </Field>
      <div>
        <Button main type="submit" disabled={pending}>
          Rate
        </Button>
      </div>
    </form>
  );
}
