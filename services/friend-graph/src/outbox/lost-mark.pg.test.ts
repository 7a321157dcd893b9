/** Redis loses its memory: a database that was restored then is noticed, and one that was not keeps its epoch (G8). */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type Clock, ManualClock, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { useDatabase } from '../database/database.testing.ts';
import { RELAY_INTERVAL_MS } from './outbox-relay.ts';
import { useReplicas } from './replicas.testing.ts';

const replicas = useReplicas(useDatabase());
const { newReplica, kinds, backUp } = replicas;
/** For a replica that waits for ever for one that remembers: then its test does not depend on how fast that one is. */
const PATIENT: Clock = { ...systemClock, now: () => 0 };

/** A replica that runs, and another that is the first to compare after Redis lost its memory; then the running one ticks. */
function firstIsOther(...otherClock: Clock[]) {
  const ticks = new ManualClock();
  const running = newReplica({ ...systemClock, every: (ms, run) => ticks.every(ms, run) });
  const other = newReplica(...otherClock);
  running.relay.start();
  return {
    running,
    other,
    async changeAfterLoss(): Promise<void> {
      replicas.stream.marked = null;
      const marksRead = replicas.stream.marksRead;
      const changed = other.change();
      await eventually(() => expect(replicas.stream.marksRead).toBeGreaterThan(marksRead));
      ticks.advance(RELAY_INTERVAL_MS);
      await changed;
    },
  };
}

describe('[G8] a database that is restored when Redis has just lost its memory', () => {
  it('is noticed though a replica that missed the last changes is the first to relay', async () => {
    const { running, other, changeAfterLoss } = firstIsOther();
    await other.change();
    await running.change();
    const restore = await backUp();
    await running.change();
    await restore();
    await changeAfterLoss();
    expect(kinds()).toEqual(['reread', 'reread', 'reread', 'epoch', 'reread']);
  });

  it('is noticed by the replica that relayed what is lost, though another has relayed as many changes since', async () => {
    const [last, other] = [newReplica(), newReplica()];
    await other.change();
    const restore = await backUp();
    await last.change();
    replicas.stream.marked = null;
    await restore();
    await other.change();
    await last.relay.flush();
    expect(kinds()).toEqual(['reread', 'reread', 'reread', 'epoch']);
  });
});

describe('a database that was not restored, when Redis has lost its memory', () => {
  it('keeps its epoch when Redis loses everything while a replica runs, which leaves its mark again', async () => {
    const { change, stop } = newReplica();
    await change();
    replicas.stream.marked = null;
    await change();
    await stop();
    await newReplica().change();
    expect(kinds()).toEqual(['reread', 'reread', 'reread']);
  });

  it('keeps its epoch when the first replica to relay after that has not seen the last change', async () => {
    const { running, other, changeAfterLoss } = firstIsOther(PATIENT);
    await other.change();
    await running.change();
    await changeAfterLoss();
    expect(kinds()).toEqual(['reread', 'reread', 'reread']);
  });

  it('keeps its epoch when the first replica to relay after that has just started', async () => {
    const { running, changeAfterLoss } = firstIsOther(PATIENT);
    await running.change();
    await changeAfterLoss();
    expect(kinds()).toEqual(['reread', 'reread']);
  });

  it.each([
    ['nothing', null],
    ['an older change', `${randomUUID()} 1 0`],
  ])('has its mark again when Redis remembers %s, though nothing is changed', async (_, marked) => {
    const { relay, change, stop } = newReplica();
    relay.start();
    await change();
    const before = replicas.stream.marked;
    replicas.stream.marked = marked;
    await eventually(() => expect(replicas.stream.marked?.split(' ')[0]).toBe(before?.split(' ')[0]));
    await stop();
    await newReplica().change();
    expect(kinds()).toEqual(['reread', 'reread']);
  });

  it('has its mark again when Redis lost everything during a relay', async () => {
    const { relay, change } = newReplica();
    relay.start();
    await change();
    replicas.stream.beforeAppend = () => {
      replicas.stream.beforeAppend = () => undefined;
      replicas.stream.marked = null;
    };
    await change();
    await eventually(() => expect(replicas.stream.marked).not.toBeNull());
    await newReplica().change();
    expect(kinds()).toEqual(['reread', 'reread', 'reread']);
  });
});
