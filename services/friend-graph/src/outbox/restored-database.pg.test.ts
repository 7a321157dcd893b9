/** A database that is restored from a backup has another past than gateways know: it is noticed, and they are told (G8). */
import { describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { useDatabase } from '../database/database.testing.ts';
import { useReplicas } from './replicas.testing.ts';

const database = useDatabase();
const replicas = useReplicas(database);
const { newReplica, kinds, backUp } = replicas;

describe('[G8] a restored database', () => {
  it('is noticed while a replica runs, though nothing is changed after it', async () => {
    const { relay, change } = newReplica();
    relay.start();
    await change();
    const restore = await backUp();
    await change();
    await restore();
    await eventually(() => expect(kinds()).toEqual(['reread', 'reread', 'epoch']));
  });

  it('is noticed with the first change after it, which comes after the new epoch; later ones have higher versions', async () => {
    const { change } = newReplica();
    await change();
    const restore = await backUp();
    for (let i = 0; i < 6; i++) await change();
    const before = replicas.stream.events.splice(0);
    await restore();
    await change();
    expect(kinds()).toEqual(['epoch', 'reread']);
    await change();
    expect(kinds()).toEqual(['epoch', 'reread', 'reread']);
    // That of the first change was taken from the restored sequence; gateways read all rights after the epoch's event.
    const highest = Math.max(...before.map(({ version }) => version));
    const [epoch, , next] = replicas.stream.events.map(({ version }) => version);
    expect(epoch).toBeGreaterThan(highest);
    expect(next).toBeGreaterThan(epoch ?? 0);
  });

  it('is noticed however many changes are committed before the first is relayed', async () => {
    const { change } = newReplica();
    await change();
    const restore = await backUp();
    await change();
    await restore();
    await database.query(
      `INSERT INTO outbox (event) SELECT jsonb_build_object('kind', 'reread', 'version', nextval('graph_version'))
       FROM generate_series(1, 10)`,
    );
    await change();
    expect(kinds().filter((kind) => kind === 'epoch')).toHaveLength(1);
  });

  it.each([
    ['knows of', false],
    ['has lost', true],
  ])('is noticed by a replica that starts after it, when Redis %s the past', async (_, isLost) => {
    const before = newReplica();
    await before.change();
    const restore = await backUp();
    await before.change();
    const first = await before.epochs.read();
    await before.stop();
    await restore();
    replicas.stream.events.length = 0;
    if (isLost) replicas.stream.marked = null;
    const { relay } = newReplica();
    relay.start();
    expect(relay.readiness.check).toThrow('not known yet');
    await eventually(() => relay.readiness.check());
    expect(kinds()).toEqual(['epoch']);
    const [event] = replicas.stream.events;
    if (event?.kind !== 'epoch') throw new Error('no epoch');
    expect(event.epoch.id).not.toBe(first.id);
    expect(event.epoch.began).toBeGreaterThan(first.began);
  });

  it('is noticed by a replica that runs when Redis was restored together with it', async () => {
    const { relay, change } = newReplica();
    relay.start();
    await change();
    const [restore, marked] = [await backUp(), replicas.stream.marked];
    await change();
    replicas.stream.marked = marked;
    await restore();
    await eventually(() => expect(kinds()).toEqual(['reread', 'reread', 'epoch']));
  });

  it('is noticed once, whichever replica does, and twice if it is restored twice', async () => {
    const [one, other] = [newReplica(), newReplica()];
    for (const { relay } of [one, other]) relay.start();
    await one.change();
    const restore = await backUp();
    for (const times of [1, 2]) {
      await other.change();
      await restore();
      await eventually(() => expect(kinds().filter((kind) => kind === 'epoch')).toHaveLength(times));
      await Promise.all([one.change(), other.change()]);
      expect(kinds().filter((kind) => kind === 'epoch')).toHaveLength(times);
    }
  });
});

describe('a database that was not restored', () => {
  it('keeps its epoch when replicas come and go, and when one has relayed what the other has not seen', async () => {
    const [one, other] = [newReplica(), newReplica()];
    for (const { relay } of [one, other]) relay.start();
    for (const { change } of [one, other, one]) await change();
    await one.stop();
    await other.change();
    await other.stop();
    await newReplica().change();
    expect(kinds()).toEqual(Array(5).fill('reread'));
  });

  it('keeps its epoch when a relay dies between append and commit', async () => {
    const dying = newReplica();
    await dying.change();
    replicas.stream.beforeAppend = async () => {
      replicas.stream.beforeAppend = () => undefined;
      const replaceMark = replicas.stream.replaceMark.bind(replicas.stream);
      replicas.stream.replaceMark = async (previous, next) => {
        await replaceMark(previous, next);
        await database.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'replica'`,
        );
      };
    };
    await expect(dying.change()).rejects.toMatchObject({ code: 'unavailable' });
    await newReplica().relay.flush();
    expect(kinds()).toEqual(['reread', 'reread', 'reread']);
  });
});
