import type { Head } from '../../../schema/heads.ts';
import type { HeadResult } from '../../../schema/scores.ts';
import { accuracy, auc, averagePrecision, balancedAccuracy, f1, meanOf, pearson, quadraticKappa, type Weighted } from './statistics.ts';
import type { Truth } from './truth.ts';

/** Measures of a head by name, over rows that have both a result and a truth. */
export function measuresOf(head: Head, results: readonly HeadResult[], truths: readonly Truth[]): Record<string, Weighted> {
  if (head.type === 'multilabel') return ofLabels(head.labels, head.decides === false, results, truths);
  if (head.type === 'regression') return ofValues(head.labels, results, truths);
  const truth = truths.map(([only]) => only ?? Number.NaN);
  if (head.type === 'binary') {
    const decided = results.map((result) => (result.decision === true ? 1 : 0));
    const scores = results.map((result) => scoreOf(result, head.name));
    return { F1: f1(decided, truth), AUC: auc(scores, truth), 'balanced accuracy': balancedAccuracy(decided, truth) };
  }
  if (head.type === 'ordinal') {
    const decided = results.map((result) => Number(result.decision));
    const scores = results.map((result) => scoreOf(result, 'severity'));
    const high = Math.ceil(head.levels / 2);
    const isHigh = truth.map((level) => (level >= high ? 1 : 0));
    return {
      'quadratic kappa': quadraticKappa(decided, truth, head.levels),
      [`AUC of ${high} or more`]: auc(scores, isHigh),
      accuracy: accuracy(decided, truth),
    };
  }
  const decided = results.map((result) => bestOf(head.labels, result));
  const one = (label: number) =>
    f1(
      decided.map((is) => (is === label ? 1 : 0)),
      truth.map((is) => (is === label ? 1 : 0)),
    );
  const each = head.labels.map((_, label) => one(label));
  return { 'macro-F1': meanOf(each), 'balanced accuracy': balancedAccuracy(decided, truth), accuracy: accuracy(decided, truth) };
}

function ofLabels(
  labels: readonly string[],
  undecided: boolean,
  results: readonly HeadResult[],
  truths: readonly Truth[],
): Record<string, Weighted> {
  const columns = statedLabels(labels, results, truths).map(({ label, results, truth, on }) => {
    const scores = results.map((result) => scoreOf(result, label));
    const decided = results.map((result, row) =>
      (undecided ? (scores[row] ?? 0) >= 0.5 : (result.decision as string[]).includes(label)) ? 1 : 0,
    );
    return { label, truth, scores, decided, on };
  });
  const aucs = columns.map(({ scores, truth, on }) => on(auc(scores, truth)));
  // Of many labels only their mean is of interest.
  const each = columns.length > 8 ? {} : Object.fromEntries(columns.map(({ label }, k) => [`AUC ${label}`, aucs[k] as Weighted]));
  if (undecided) {
    const right = columns.map(({ decided, truth, on }) => on(accuracy(decided, truth)));
    return { 'mean accuracy': meanOf(right), 'mean AUC': meanOf(aucs), ...each };
  }
  return {
    'macro-F1': meanOf(columns.map(({ decided, truth, on }) => on(f1(decided, truth)))),
    'mean average precision': meanOf(columns.map(({ scores, truth, on }) => on(averagePrecision(scores, truth)))),
    'mean AUC': meanOf(aucs),
    ...each,
  };
}

function ofValues(labels: readonly string[], results: readonly HeadResult[], truths: readonly Truth[]): Record<string, Weighted> {
  const columns = statedLabels(labels, results, truths);
  const each = columns.map(({ label, results, truth, on }) => {
    const scores = results.map((result) => scoreOf(result, label));
    return on(pearson(scores, truth));
  });
  return { 'mean r': meanOf(each), ...Object.fromEntries(columns.map(({ label }, k) => [`r ${label}`, each[k] as Weighted])) };
}

interface StatedLabel {
  label: string;
  /** Of the rows that tell of it. */
  results: readonly HeadResult[];
  truth: readonly number[];
  /** A measure of those rows as one of all. */
  on: (measure: Weighted) => Weighted;
}

/** The labels of which any row tells, each with the rows that do. */
function statedLabels(labels: readonly string[], results: readonly HeadResult[], truths: readonly Truth[]): StatedLabel[] {
  return labels.flatMap((label, k) => {
    const told = truths.flatMap((row, at) => (Number.isNaN(row[k] ?? Number.NaN) ? [] : [at]));
    if (told.length === 0) return [];
    const all = told.length === truths.length;
    return {
      label,
      results: told.map((at) => results[at] as HeadResult),
      truth: told.map((at) => truths[at]?.[k] ?? Number.NaN),
      on: (measure) => (all ? measure : (weights) => measure(Float64Array.from(told, (at) => weights[at] ?? 0))),
    };
  });
}

function scoreOf(result: HeadResult, key: string): number {
  const value = result.scores[key];
  return typeof value === 'number' ? value : Number.NaN;
}

/** Number of the label that is decided, whichever way the head says it. */
function bestOf(labels: readonly string[], { decision }: HeadResult): number {
  return typeof decision === 'number' ? decision : labels.indexOf(String(decision));
}
