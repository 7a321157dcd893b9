/** One page of a list in the order of ids. */
import type { UserId } from '@nearby-friends/protocol';

export interface PageRequest {
  /** Last id of the previous page; null for the first page. */
  readonly after: UserId | null;
  /** Maximum number of items. */
  readonly limit: number;
}

export interface Page<T> {
  readonly items: T[];
  /** Where the next page starts; null on the last page. */
  readonly next: UserId | null;
}

/** Sorts before every id. */
export const BEFORE_ALL_IDS = '';

/** Expects one row more than `limit` if there is a next page. */
export function toPage<T extends { id: UserId }>(rows: T[], limit: number): Page<T> {
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
