import type { Timeline } from '../../api/types.ts';

interface Props {
  data: Timeline;
  heads: string[] | undefined;
  signals: string[] | undefined;
  onChange: (change: { head?: string[]; signal?: string[] }) => void;
}

/** Which heads and signals are drawn; none chosen means those that the console picks. */
export function LineChooser({ data, heads, signals, onChange }: Props) {
  const shownHeads = heads ?? [...new Set(data.heads.map((line) => line.head))];
  const shownSignals = signals ?? [...new Set(data.signals.map((line) => line.signal))];
  return (
    <div className="row">
      <Toggles title="Heads" all={data.available.heads} shown={shownHeads} onChange={(head) => onChange({ head })} />
      <Toggles title="Signals" all={data.available.signals} shown={shownSignals} onChange={(signal) => onChange({ signal })} />
    </div>
  );
}

function Toggles({
  title,
  all,
  shown,
  onChange,
}: {
  title: string;
  all: string[];
  shown: string[];
  onChange: (shown: string[] | undefined) => void;
}) {
  if (all.length === 0) return null;
  const toggle = (name: string) => {
    const next = shown.includes(name) ? shown.filter((one) => one !== name) : [...shown, name];
    onChange(next.length > 0 ? next : undefined);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame around a few buttons
    <div className="chosen" role="group" aria-label={title}>
      <span className="small muted">{title}</span>
      {all.map((name) => (
        <button key={name} type="button" className="chip" aria-pressed={shown.includes(name)} onClick={() => toggle(name)}>
          {name}
        </button>
      ))}
    </div>
  );
}
