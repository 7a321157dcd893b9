import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ManualClock, silentLogger } from '@nearby-friends/service-kit';
import { ChannelSubscriptions, REFUSAL_PAUSE_MS } from './channel-subscriptions.ts';
import type { Redis } from './redis-connection.ts';

/** A connection whose responses the test controls: the real one is too fast to check intermediate states. */
class ControlledConnection extends EventEmitter {
  status = 'wait';
  readonly requests: { channels: string[]; confirm(): void; fail(): void }[] = [];
  readonly unsubscribed: string[] = [];
  disconnects = 0;

  ssubscribe(...channels: string[]): Promise<void> {
    return new Promise((confirm, reject) => {
      this.requests.push({ channels, confirm, fail: () => reject(new Error('NOPERM')) });
    });
  }

  async sunsubscribe(...channels: string[]): Promise<void> {
    this.unsubscribed.push(...channels);
  }

  disconnect(): void {
    this.disconnects++;
  }

  become(status: 'ready' | 'close'): void {
    this.status = status;
    this.emit(status);
  }
}

function setUp() {
  const connection = new ControlledConnection();
  const clock = new ManualClock();
  const subscriptions = new ChannelSubscriptions({
    redis: connection as unknown as Redis,
    clock,
    logger: silentLogger,
  });
  let restorations = 0;
  subscriptions.onRestored(() => restorations++);
  return { connection, clock, subscriptions, restorations: () => restorations };
}

describe('channel subscriptions', () => {
  it('notify of the restoration only when the last channel is confirmed', async () => {
    const { connection, subscriptions, restorations } = setUp();
    for (let i = 0; i < 600; i++) void subscriptions.subscribe(`c${i}`, () => undefined);
    connection.become('ready');
    for (const { confirm } of connection.requests.splice(0)) confirm();
    await nextTurn();
    expect([restorations(), subscriptions.isCurrent]).toEqual([0, true]);

    connection.become('close');
    expect(subscriptions.isCurrent).toBe(false);
    connection.become('ready');
    const [first, second] = connection.requests.splice(0);
    expect([first?.channels.length, second?.channels.length]).toEqual([500, 100]);
    first?.confirm();
    await nextTurn();
    expect([restorations(), subscriptions.isCurrent]).toEqual([0, false]);
    second?.confirm();
    await nextTurn();
    expect([restorations(), subscriptions.isCurrent]).toEqual([1, true]);
  });

  it('ignore responses on an earlier connection', async () => {
    const { connection, subscriptions, restorations } = setUp();
    void subscriptions.subscribe('a', () => undefined);
    connection.become('ready');
    const [ofFirst] = connection.requests.splice(0);
    connection.become('close');
    connection.become('ready');
    ofFirst?.confirm();
    await nextTurn();
    expect([restorations(), subscriptions.isCurrent]).toEqual([0, false]);
    ofFirst?.fail();
    connection.requests[0]?.confirm();
    await nextTurn();
    expect([restorations(), subscriptions.isCurrent, connection.disconnects]).toEqual([1, true, 0]);
  });

  it('notify every handler, also after one that throws', async () => {
    const { connection, subscriptions } = setUp();
    let notified = 0;
    subscriptions.onRestored(() => {
      throw new Error('no');
    });
    subscriptions.onRestored(() => notified++);
    connection.become('ready');
    connection.become('close');
    connection.become('ready');
    await nextTurn();
    expect(notified).toBe(1);
  });

  it('reconnect, once and after a pause, when Redis refuses', async () => {
    const { connection, clock, subscriptions } = setUp();
    for (let i = 0; i < 600; i++) void subscriptions.subscribe(`c${i}`, () => undefined);
    connection.become('ready');
    for (const { fail } of connection.requests.splice(0)) fail();
    await nextTurn();
    expect([connection.disconnects, subscriptions.isCurrent]).toEqual([0, false]);
    clock.advance(REFUSAL_PAUSE_MS);
    expect(connection.disconnects).toBe(1);
  });

  it('leave a connection alone that has come by itself during that pause', async () => {
    const { connection, clock, subscriptions } = setUp();
    void subscriptions.subscribe('a', () => undefined);
    connection.become('ready');
    connection.requests[0]?.fail();
    await nextTurn();
    connection.become('close');
    connection.become('ready');
    clock.advance(REFUSAL_PAUSE_MS);
    expect(connection.disconnects).toBe(0);
  });

  it('send after a loss what is wanted then, and nothing of what went on meanwhile', async () => {
    const { connection, subscriptions } = setUp();
    connection.become('ready');
    connection.become('close');
    for (let i = 0; i < 100; i++) {
      void subscriptions.subscribe('churn', () => undefined);
      subscriptions.unsubscribe('churn');
    }
    void subscriptions.subscribe('kept', () => undefined);
    connection.become('ready');
    await nextTurn();
    expect(connection.requests.map(({ channels }) => channels)).toEqual([['kept']]);
    expect(connection.unsubscribed).toEqual([]);
  });

  it('say each change once', async () => {
    const { connection, subscriptions } = setUp();
    connection.become('ready');
    for (const channel of ['a', 'b']) {
      void subscriptions.subscribe(channel, () => undefined);
      await nextTurn();
    }
    expect(connection.requests.map(({ channels }) => channels)).toEqual([['a'], ['b']]);
  });

  it('work on a connection that was there before them', () => {
    const connection = new ControlledConnection();
    connection.become('ready');
    const subscriptions = new ChannelSubscriptions({
      redis: connection as unknown as Redis,
      clock: new ManualClock(),
      logger: silentLogger,
    });
    void subscriptions.subscribe('a', () => undefined);
    return nextTurn().then(() => expect(connection.requests.map(({ channels }) => channels)).toEqual([['a']]));
  });

  it('refuse a second handler for a channel', () => {
    const { subscriptions } = setUp();
    void subscriptions.subscribe('a', () => undefined);
    expect(() => subscriptions.subscribe('a', () => undefined)).toThrow('already subscribed: a');
  });

  it('leave no timer behind and send nothing after their end', async () => {
    const { connection, clock, subscriptions } = setUp();
    subscriptions.start();
    expect(clock.pending).toBe(1);
    connection.become('ready');
    subscriptions.stop();
    void subscriptions.subscribe('a', () => undefined);
    await nextTurn();
    expect([clock.pending, connection.requests.length]).toEqual([0, 0]);
  });
});
