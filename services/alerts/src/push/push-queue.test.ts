import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { PushQueue } from './push-queue.ts';

const forEver = () => new Promise<void>(() => undefined);

describe('the queue of push messages', () => {
  it('[P6] lets a push service that hangs delay only its own messages, and drops what is too much', async () => {
    const queue = new PushQueue({ clock: new ManualClock() });
    let dropped = 0;
    for (let i = 0; i < 6_000; i++) if (!queue.add('https://hangs', forEver)) dropped++;
    expect(dropped).toBe(6_000 - 5_000 - 8);
    const isSent = await new Promise((resolve) => {
      queue.add('https://works', async () => resolve(true));
    });
    expect(isSent).toBe(true);
  });

  it('repeats later, and while draining finishes what waits and repeats nothing', async () => {
    const clock = new ManualClock();
    const queue = new PushQueue({ clock });
    const sent: string[] = [];
    const add = (what: string) => queue.addLater(1_000, 'https://a', async () => void sent.push(what), forEver);
    expect(add('repeated')).toBe(true);
    clock.advance(1_000);
    add('too late');
    const ends: (() => void)[] = [];
    queue.add('https://a', () => new Promise((resolve) => ends.push(resolve)));
    const drained = queue.drain();
    expect(add('while draining')).toBe(false);
    clock.advance(10_000);
    for (const end of ends) end();
    await drained;
    expect(sent).toEqual(['repeated']);
    expect(clock.pending).toBe(0);
  });
});
