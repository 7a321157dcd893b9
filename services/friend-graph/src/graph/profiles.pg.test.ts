import { describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { insertEdges } from '../database/database.testing.ts';
import { id, useGraph } from './graph.testing.ts';

const setting = useGraph();
const [ann, bob] = [id('ann'), id('bob')];
const told = () =>
  setting.notices
    .flatMap((notice) => ('friendsChanged' in notice && notice.friendsChanged.kind === 'renamed' ? [notice] : []))
    .map(({ user, friendsChanged }) => [user as string, friendsChanged.userId as string])
    .sort();

describe('[G9] a new display name', () => {
  it('is told to every friend and to the other devices of the user, and to no one else', async () => {
    await setting.befriend('ann', 'bob');
    await setting.befriend('ann', 'former');
    await setting.befriend('ann', 'blocked');
    await setting.befriend('bob', 'friend-of-bob');
    await setting.graph.friendships.setGrant(ann, bob, { precision: 'hidden', until: null });
    await setting.graph.friendships.unfriend(ann, id('former'));
    await setting.graph.friendships.block(ann, id('blocked'));
    await setting.graph.requests.request(ann, id('asked'));
    await setting.graph.requests.request(id('asking'), ann);
    // An import may leave one direction.
    await insertEdges(setting.database, [
      { viewer: 'sees-ann', subject: 'ann' },
      { viewer: 'ann', subject: 'seen-by-ann' },
    ]);
    await setting.graph.profiles.change(ann, { displayName: 'Ann' });
    const everyone = ['ann', 'bob', 'seen-by-ann', 'sees-ann'].map((user) => [user, 'ann']);
    await eventually(() => expect(told()).toEqual(everyone));
    expect(JSON.stringify(setting.notices)).not.toContain('Ann');
  });

  it('is no news when it is the old one, and neither is a radius', async () => {
    await setting.befriend('ann', 'bob');
    await setting.graph.profiles.change(ann, { displayName: 'ann', radiusMeters: 500 });
    await setting.graph.profiles.change(ann, { radiusMeters: 600 });
    await setting.graph.profiles.change(bob, { displayName: 'Bob' });
    await eventually(() =>
      expect(told()).toEqual([
        ['ann', 'bob'],
        ['bob', 'bob'],
      ]),
    );
  });
});
