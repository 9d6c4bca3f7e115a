/** A measure of scored rows, each counted as often as its weight says: resampling then needs no copy. NaN where it has no meaning. */
export type Weighted = (weights: ArrayLike<number>) => number;

/** F1 of yes and no; NaN where no row is positive. */
export function f1(decided: ArrayLike<number>, truth: ArrayLike<number>): Weighted {
  return (weights) => {
    let [hit, said, is] = [0, 0, 0];
    for (let k = 0; k < truth.length; k++) {
      const w = weights[k] ?? 0;
      if (decided[k] === 1) said += w;
      if (truth[k] === 1) is += w;
      if (decided[k] === 1 && truth[k] === 1) hit += w;
    }
    return is === 0 ? Number.NaN : (2 * hit) / (said + is);
  };
}

/** Area under the ROC curve: how often a positive row scores over a negative one, ties counting half. */
export function auc(scores: ArrayLike<number>, truth: ArrayLike<number>): Weighted {
  const groups = tied(scores);
  return (weights) => {
    let [below, wins, positives] = [0, 0, 0];
    for (const group of groups) {
      let [yes, no] = [0, 0];
      for (const k of group) {
        if (truth[k] === 1) yes += weights[k] ?? 0;
        else no += weights[k] ?? 0;
      }
      wins += yes * (below + no / 2);
      below += no;
      positives += yes;
    }
    return wins / (positives * below);
  };
}

/** Average precision: precision at each positive row, from the highest score down, rows of one score taken together. */
export function averagePrecision(scores: ArrayLike<number>, truth: ArrayLike<number>): Weighted {
  const groups = tied(scores).reverse();
  return (weights) => {
    let [seen, hits, sum] = [0, 0, 0];
    for (const group of groups) {
      let yes = 0;
      for (const k of group) {
        seen += weights[k] ?? 0;
        if (truth[k] === 1) yes += weights[k] ?? 0;
      }
      hits += yes;
      if (yes > 0) sum += (yes * hits) / seen;
    }
    return sum / hits;
  };
}

/** Cohen's κ with quadratic weights over levels 0…levels − 1 (Cohen 1968). */
export function quadraticKappa(decided: ArrayLike<number>, truth: ArrayLike<number>, levels: number): Weighted {
  return (weights) => {
    const [rows, columns] = [new Float64Array(levels), new Float64Array(levels)];
    let [apart, total] = [0, 0];
    for (let k = 0; k < truth.length; k++) {
      const [w, a, b] = [weights[k] ?? 0, decided[k] ?? 0, truth[k] ?? 0];
      apart += w * (a - b) ** 2;
      rows[a] = (rows[a] ?? 0) + w;
      columns[b] = (columns[b] ?? 0) + w;
      total += w;
    }
    let chance = 0;
    rows.forEach((x, a) => {
      columns.forEach((y, b) => {
        chance += (x * y * (a - b) ** 2) / total;
      });
    });
    return 1 - apart / chance;
  };
}

/** Pearson's r. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): Weighted {
  return (weights) => {
    let [n, sx, sy] = [0, 0, 0];
    for (let k = 0; k < x.length; k++) {
      const w = weights[k] ?? 0;
      n += w;
      sx += w * (x[k] ?? 0);
      sy += w * (y[k] ?? 0);
    }
    let [xx, yy, xy] = [0, 0, 0];
    for (let k = 0; k < x.length; k++) {
      const [w, dx, dy] = [weights[k] ?? 0, (x[k] ?? 0) - sx / n, (y[k] ?? 0) - sy / n];
      xx += w * dx * dx;
      yy += w * dy * dy;
      xy += w * dx * dy;
    }
    return xy / Math.sqrt(xx * yy);
  };
}

/** Mean over the classes that occur of the share of their rows that were decided right. */
export function balancedAccuracy(decided: ArrayLike<number>, truth: ArrayLike<number>): Weighted {
  return (weights) => {
    const [right, all] = [new Map<number, number>(), new Map<number, number>()];
    for (let k = 0; k < truth.length; k++) {
      const [w, is] = [weights[k] ?? 0, truth[k] ?? 0];
      all.set(is, (all.get(is) ?? 0) + w);
      if (decided[k] === is) right.set(is, (right.get(is) ?? 0) + w);
    }
    return mean([...all].flatMap(([is, n]) => (n > 0 ? [(right.get(is) ?? 0) / n] : [])));
  };
}

/** Share of rows decided right. */
export function accuracy(decided: ArrayLike<number>, truth: ArrayLike<number>): Weighted {
  return (weights) => {
    let [right, all] = [0, 0];
    for (let k = 0; k < truth.length; k++) {
      all += weights[k] ?? 0;
      if (decided[k] === truth[k]) right += weights[k] ?? 0;
    }
    return right / all;
  };
}

/** Mean of several measures, those left out that have no meaning. */
export function meanOf(parts: readonly Weighted[]): Weighted {
  return (weights) => mean(parts.map((part) => part(weights)).filter(Number.isFinite));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Numbers of the rows by ascending score, those of one score together. */
function tied(scores: ArrayLike<number>): number[][] {
  const order = Array.from({ length: scores.length }, (_, k) => k).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0) || a - b);
  const groups: number[][] = [];
  let last = Number.NaN;
  for (const k of order) {
    if (scores[k] === last) groups.at(-1)?.push(k);
    else groups.push([k]);
    last = scores[k] ?? Number.NaN;
  }
  return groups;
}
