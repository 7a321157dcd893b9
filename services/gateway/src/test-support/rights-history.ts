/** What PostgreSQL held when positions were received: the oracle of what stays withheld (G7). */
import { type Grant, isGranted, isPaused, type NearbyFriend, SHARING, type Sharing } from '@nearby-friends/protocol';

/** What PostgreSQL held for positions from `from` on, by the event with that number. */
export interface Held<T> {
  readonly from: number;
  readonly event: number;
  readonly value: T;
}

export class RightsHistory {
  /** Of "viewer friend" and of each friend, in order. */
  readonly #grants = new Map<string, Held<Grant | null>[]>();
  readonly #pauses = new Map<string, Held<Sharing>[]>();

  addGrant(edge: string, held: Held<Grant | null>): void {
    append(this.#grants, edge, held);
  }

  addPause(friend: string, held: Held<Sharing>): void {
    append(this.#pauses, friend, held);
  }

  /** Everything is as in the backup from now on. */
  restore(
    now: Omit<Held<unknown>, 'value'>,
    grantOf: (edge: string) => Grant | null,
    pauses: ReadonlyMap<string, Sharing>,
  ): void {
    for (const edge of this.#grants.keys()) append(this.#grants, edge, { ...now, value: grantOf(edge) });
    for (const friend of this.#pauses.keys()) {
      append(this.#pauses, friend, { ...now, value: pauses.get(friend) ?? SHARING });
    }
  }

  /**
   * Whether the subject withheld this form of the position when it was received. A change whose event has not been received,
   * one from number `heard` on, may count or not. Strangers withhold nothing.
   */
  wasWithheld(name: string, { id, at, precision }: NearbyFriend, heard: number): boolean {
    const heldAt = <T>(history: readonly Held<T>[] | undefined): T | undefined => {
      const held = history?.findLast(({ from }) => from <= at);
      return held && held.event < heard ? held.value : undefined;
    };
    const sharing = heldAt(this.#pauses.get(id));
    if (sharing && isPaused(sharing, at)) return true;
    const grant = heldAt(this.#grants.get(`${name} ${id}`));
    return !!grant && (!isGranted(grant, at) || (grant.precision !== 'exact' && precision === 'exact'));
  }
}

function append<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  const items = map.get(key) ?? [];
  map.set(key, items);
  items.push(item);
}
