import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { NearbyError, type NearbyErrorCode } from '../nearby-error.ts';
import { NewestSender } from './newest-sender.ts';

function failure(code: NearbyErrorCode, retryable: boolean): NearbyError {
  return new NearbyError({ code, message: 'It failed.', retryable });
}

/** A sender whose server answers when the test says so. */
function openSender() {
  const clock = new ManualClock();
  const sent: string[] = [];
  const open: { resolve(answer: string): void; reject(error: NearbyError): void }[] = [];
  const sender = new NewestSender<string, string>({
    clock,
    emit(payload) {
      sent.push(payload);
      return new Promise((resolve, reject) => open.push({ resolve, reject }));
    },
  });
  /** Settles the oldest answer that is open, and lets everybody hear of it. */
  const settle = async (how: 'answer' | NearbyError) => {
    const one = open.shift();
    if (!one) throw new Error('nothing is under way');
    if (how === 'answer') one.resolve(`answer to ${sent.at(-1 - open.length)}`);
    else one.reject(how);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, sender, sent, settle };
}

describe('the newest', () => {
  it('is sent at once, and each is answered, when they come one after the other', async () => {
    const { sender, sent, settle } = openSender();
    sender.online();
    const first = sender.send('a');
    await settle('answer');
    const second = sender.send('b');
    await settle('answer');
    expect([await first, await second]).toEqual(['answer to a', 'answer to b']);
    expect(sent).toEqual(['a', 'b']);
  });

  it('is all that is sent of what came while offline or under way, and answers for the older ones', async () => {
    const { sender, sent, settle } = openSender();
    const offline = [sender.send('a'), sender.send('b')];
    sender.online();
    expect(sent).toEqual(['b']);
    const underWay = [sender.send('c'), sender.send('d')];
    expect(sent).toEqual(['b']);
    await settle('answer');
    await settle('answer');
    expect(sent).toEqual(['b', 'd']);
    expect(await Promise.all(offline)).toEqual(['answer to b', 'answer to b']);
    expect(await Promise.all(underWay)).toEqual(['answer to d', 'answer to d']);
  });

  it('is sent again after a lost connection, and a newer one in its place', async () => {
    const { sender, sent, settle } = openSender();
    sender.online();
    const lost = sender.send('a');
    sender.offline();
    await settle(failure('network', true));
    sender.online();
    expect(sent).toEqual(['a', 'a']);
    sender.offline();
    const newer = sender.send('b');
    await settle(failure('network', true));
    sender.online();
    await settle('answer');
    expect(sent).toEqual(['a', 'a', 'b']);
    expect([await lost, await newer]).toEqual(['answer to b', 'answer to b']);
  });

  it('waits a moment when the server has too much, and takes along what comes meanwhile', async () => {
    const { clock, sender, sent, settle } = openSender();
    sender.online();
    const first = sender.send('a');
    await settle(failure('rate_limited', true));
    expect(sent).toEqual(['a']);
    clock.advance(2_000);
    expect(sent).toEqual(['a', 'a']);
    await settle('answer');
    expect(await first).toBe('answer to a');
    expect(clock.pending).toBe(0);
  });

  it('rejects when it is refused, and the next one is sent all the same', async () => {
    const { sender, sent, settle } = openSender();
    sender.online();
    const refused = sender.send('a');
    const next = sender.send('b');
    const heard = expect(refused).rejects.toMatchObject({ code: 'invalid_payload' });
    await settle(failure('invalid_payload', false));
    await heard;
    await settle('answer');
    expect(await next).toBe('answer to b');
    expect(sent).toEqual(['a', 'b']);
  });

  it('is repeated for nobody, unless a newer one is on its way', async () => {
    const { sender, sent, settle } = openSender();
    sender.repeat('old');
    sender.online();
    expect(sent).toEqual(['old']);
    sender.repeat('old');
    await settle('answer');
    void sender.send('new');
    sender.repeat('old');
    await settle('answer');
    expect(sent).toEqual(['old', 'new']);
  });

  it('is given up when it is closed: who waits is told, who does not wait need not catch it', async () => {
    const { clock, sender, sent, settle } = openSender();
    sender.online();
    void sender.send('a');
    const waiting = sender.send('b');
    sender.close(failure('closed', false));
    void sender.send('c');
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    await settle('answer');
    sender.online();
    expect(sent).toEqual(['a']);
    expect(clock.pending).toBe(0);
  });
});
