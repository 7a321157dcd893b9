/** Compares grants: which of two lets a viewer see less. */
import type { Grant, Precision } from '@nearby-friends/protocol';

const WIDTH: Readonly<Record<Precision, number>> = { hidden: 0, approximate: 1, exact: 2 };

/** The lower precision of the two, until the earlier end. */
export function narrowerOf(one: Grant, other: Grant): Grant {
  const precision = WIDTH[one.precision] < WIDTH[other.precision] ? one.precision : other.precision;
  const end = Math.min(endOf(one), endOf(other));
  return { precision, until: Number.isFinite(end) ? end : null };
}

/** Whether `one` withholds anything, at any time, that `other` shows. */
export function isNarrower(one: Grant, other: Grant): boolean {
  return WIDTH[one.precision] < WIDTH[other.precision] || endOf(one) < endOf(other);
}

function endOf({ until }: Grant): number {
  return until ?? Number.POSITIVE_INFINITY;
}
