import type { Timeline } from '../../api/types.ts';
import { Button } from '../../components/Button.tsx';
import { Field } from '../../components/Field.tsx';

export interface Range {
  from?: string;
  to?: string;
}
interface Props {
  data: Timeline;
  range: [number, number];
  zoomed: boolean;
  onRange: (range: Range) => void;
}

const iso = (ms: number) => new Date(ms).toISOString();
/** Form of a datetime-local field, read and written as UTC. */
const toField = (ms: number) => iso(ms).slice(0, 19);
const fromField = (text: string) => (text ? `${text.length === 16 ? `${text}:00` : text}.000Z` : undefined);

/** Chooses the stretch of time that is shown; the address holds it. */
export function RangeControls({ range: [from, to], zoomed, onRange }: Props) {
  const length = to - from;
  const move = (start: number, end: number) => onRange({ from: iso(start), to: iso(end) });
  return (
    <search className="row row-end">
      <Field label="From (UTC)">
        <input
          type="datetime-local"
          step="1"
          value={toField(from)}
          onChange={(event) => onRange({ from: fromField(event.target.value) })}
        />
      </Field>
      <Field label="To (UTC)">
        <input type="datetime-local" step="1" value={toField(to)} onChange={(event) => onRange({ to: fromField(event.target.value) })} />
      </Field>
      <span className="row">
        <Button onClick={() => move(from - length / 2, to - length / 2)} aria-label="Earlier">
          ←
        </Button>
        <Button onClick={() => move(from + length / 4, to - length / 4)} aria-label="Zoom in">
          +
        </Button>
        <Button onClick={() => move(from - length / 2, to + length / 2)} aria-label="Zoom out">
          −
        </Button>
        <Button onClick={() => move(from + length / 2, to + length / 2)} aria-label="Later">
          →
        </Button>
        <Button onClick={() => onRange({ from: undefined, to: undefined })} disabled={!zoomed}>
          All there is
        </Button>
      </span>
    </search>
  );
}
