/** The list a client holds, from the messages alone; throws when they are not what the protocol says. */
import type { NearbyFriend, UserId } from '@nearby-friends/protocol';
import type { Frame } from './test-session.ts';

export class ClientList {
  readonly friends = new Map<UserId, NearbyFriend>();
  radiusMeters: number | null = null;

  apply({ event, message }: Frame): void {
    switch (event) {
      case 'nearby:snapshot':
        this.#mustBeDistinct(message.friends.map(({ id }) => id));
        message.friends.forEach((friend, i) => {
          if (friend.distance < (message.friends[i - 1]?.distance ?? 0)) throw new Error('snapshot not sorted');
        });
        this.radiusMeters = message.radiusMeters;
        this.friends.clear();
        for (const friend of message.friends) this.friends.set(friend.id, friend);
        return;
      case 'nearby:changes':
        if (this.radiusMeters === null) throw new Error('changes before the snapshot');
        if (message.upserts.length + message.removed.length === 0) throw new Error('changes without a change');
        this.#mustBeDistinct([...message.upserts.map(({ id }) => id), ...message.removed]);
        for (const friend of message.upserts) {
          const held = this.friends.get(friend.id);
          // An approximate friend is shown with a time of the schedule, which is earlier than that of an exact one.
          const isSameForm = held?.precision === friend.precision;
          if (held && isSameForm && held.at > friend.at) throw new Error('an older position after a newer one');
          this.friends.set(friend.id, friend);
        }
        for (const id of message.removed) {
          if (!this.friends.delete(id)) throw new Error('removed a friend who was not on the list');
        }
        return;
      default:
        throw new Error(`unexpected ${event}`);
    }
  }

  #mustBeDistinct(ids: readonly UserId[]): void {
    if (new Set(ids).size < ids.length) throw new Error('a friend twice in one message');
  }
}
