import type { Grade } from '../../../schema/model.ts';
import './tag.css';

const meaning: Record<Grade, string> = {
  validated: 'Validated: held up on data it was not made from.',
  exploratory: 'Exploratory: promising, not shown to hold elsewhere.',
  weak: 'Weak: little better than chance; do not lean on it.',
};
const sign: Record<Grade, string> = { validated: '●', exploratory: '◐', weak: '○' };

/** The validity grade of a head, told by shape and word as well as by colour. */
export function GradeTag({ grade }: { grade: Grade }) {
  return (
    <span className={`tag tag-${grade}`} title={meaning[grade]}>
      <span aria-hidden="true">{sign[grade]} </span>
      {grade}
    </span>
  );
}
