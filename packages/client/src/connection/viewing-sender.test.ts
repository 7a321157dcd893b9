import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { NETWORK } from './connection-keeper.testing.ts';
import { ViewingSender } from './viewing-sender.ts';

function create() {
  const clock = new ManualClock();
  const sent: boolean[] = [];
  let isRefused = false;
  const sender = new ViewingSender({
    clock,
    send: async (isViewing) => {
      sent.push(isViewing);
      if (isRefused) throw NETWORK;
    },
  });
  return { clock, sender, takeSent: () => sent.splice(0), refuse: () => (isRefused = true) };
}

describe('whether a person looks', () => {
  it('is said at once, every 45 s while it is so, and once when it is over', () => {
    const { clock, sender, takeSent } = create();
    sender.online();
    clock.advance(100_000);
    expect(takeSent()).toEqual([]);
    sender.set(true);
    sender.set(true);
    expect(takeSent()).toEqual([true]);
    clock.advance(90_000);
    expect(takeSent()).toEqual([true, true]);
    sender.set(false);
    clock.advance(90_000);
    expect(takeSent()).toEqual([false]);
    expect(clock.pending).toBe(0);
  });

  it('is said with the connection, again with each new one, and not while there is none', () => {
    const { clock, sender, takeSent } = create();
    sender.set(true);
    clock.advance(90_000);
    expect(takeSent()).toEqual([]);
    sender.online();
    expect(takeSent()).toEqual([true]);
    sender.offline();
    clock.advance(90_000);
    expect(takeSent()).toEqual([]);
    sender.online();
    expect(takeSent()).toEqual([true]);
    sender.offline();
    sender.set(false);
    sender.online();
    expect(takeSent()).toEqual([]);
  });

  it('is repeated although the last time failed', async () => {
    const { clock, sender, takeSent, refuse } = create();
    refuse();
    sender.online();
    sender.set(true);
    await Promise.resolve();
    clock.advance(45_000);
    expect(takeSent()).toEqual([true, true]);
  });
});
