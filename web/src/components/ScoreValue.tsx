import type { Grade } from '../api/types.ts';
import { GradeTag } from './GradeTag.tsx';
import { formatValue } from './Number.tsx';
import './score-value.css';

interface Props {
  name?: string;
  value: number | null;
  low?: number | null;
  high?: number | null;
  grade: Grade;
}

/** A score is never shown without the grade of its evidence. */
export function ScoreValue({ name, value, low, high, grade }: Props) {
  const interval = low !== null && low !== undefined && high !== null && high !== undefined;
  return (
    <span className="score-value">
      {name ? <span className="score-name">{name}</span> : null}
      <strong className="number">{value === null ? '–' : formatValue(value)}</strong>
      {interval ? (
        <span className="muted small number" title="Interval of the score">
          {formatValue(low)}–{formatValue(high)}
        </span>
      ) : null}
      <GradeTag grade={grade} />
    </span>
  );
}
