/** Finds people whose names look alike, so that the page tells them apart by their ids. */
import type { Friend } from '@nearby-friends/client';

type Named = Pick<Friend, 'id' | 'displayName' | 'nameSkeleton'>;

/** The ids of all whose name looks like that of someone else. A person may be given several times. */
export function lookalikesOf(people: Iterable<Named>): ReadonlySet<string> {
  const bySkeleton = new Map<string, Set<string>>();
  for (const { id, displayName, nameSkeleton = displayName.toLowerCase() } of people) {
    bySkeleton.set(nameSkeleton, (bySkeleton.get(nameSkeleton) ?? new Set()).add(id));
  }
  return new Set([...bySkeleton.values()].filter(({ size }) => size > 1).flatMap((ids) => [...ids]));
}

/** For one line of text. An id cannot be chosen or changed, so it tells two people apart. */
export function nameWithId({ id, displayName }: Named): string {
  return `${displayName} (${id})`;
}

/** The same for someone who asks to be a friend: the name of a stranger proves nothing. */
export function requesterLabel(requester: Named): string {
  return requester.displayName === requester.id ? requester.id : nameWithId(requester);
}
