import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { NearbyError, type NearbyErrorCode } from '../nearby-error.ts';
import { NewestSender } from './newest-sender.ts';

function failure(code: NearbyErrorCode, retryable: boolean): NearbyError {
  return new NearbyError({ code, message: 'It failed.', retryable });
}

/** A sender whose server responds when the test says so. */
function openSender() {
  const clock = new ManualClock();
  const sent: string[] = [];
  const open: { resolve(response: string): void; reject(error: NearbyError): void }[] = [];
  const sender = new NewestSender<string, string>({
    clock,
    emit(payload) {
      sent.push(payload);
      return new Promise((resolve, reject) => open.push({ resolve, reject }));
    },
  });
  /** Settles the oldest pending response and runs the microtasks. */
  const settle = async (how: 'respond' | NearbyError) => {
    const one = open.shift();
    if (!one) throw new Error('nothing is in flight');
    if (how === 'respond') one.resolve(`response to  ${sent.at(-1 - open.length)}`);
    else one.reject(how);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, sender, sent, settle };
}

describe('NewestSender', () => {
  it('sends values at once and resolves each when they do not overlap', async () => {
    const { sender, sent, settle } = openSender();
    sender.online();
    const first = sender.send('a');
    await settle('respond');
    const second = sender.send('b');
    await settle('respond');
    expect([await first, await second]).toEqual(['response to  a', 'response to  b']);
    expect(sent).toEqual(['a', 'b']);
  });

  it('conflates values while offline or in flight, and resolves all with the newest', async () => {
    const { sender, sent, settle } = openSender();
    const offline = [sender.send('a'), sender.send('b')];
    sender.online();
    expect(sent).toEqual(['b']);
    const inFlight = [sender.send('c'), sender.send('d')];
    expect(sent).toEqual(['b']);
    await settle('respond');
    await settle('respond');
    expect(sent).toEqual(['b', 'd']);
    expect(await Promise.all(offline)).toEqual(['response to  b', 'response to  b']);
    expect(await Promise.all(inFlight)).toEqual(['response to  d', 'response to  d']);
  });

  it('sends again after a lost connection, or a newer value instead', async () => {
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
    await settle('respond');
    expect(sent).toEqual(['a', 'a', 'b']);
    expect([await lost, await newer]).toEqual(['response to  b', 'response to  b']);
  });

  it('waits after rate limiting and then sends the newest value', async () => {
    const { clock, sender, sent, settle } = openSender();
    sender.online();
    const first = sender.send('a');
    await settle(failure('rate_limited', true));
    expect(sent).toEqual(['a']);
    clock.advance(2_000);
    expect(sent).toEqual(['a', 'a']);
    await settle('respond');
    expect(await first).toBe('response to  a');
    expect(clock.pending).toBe(0);
  });

  it('rejects a refused value and still sends the next one', async () => {
    const { sender, sent, settle } = openSender();
    sender.online();
    const refused = sender.send('a');
    const next = sender.send('b');
    const heard = expect(refused).rejects.toMatchObject({ code: 'invalid_payload' });
    await settle(failure('invalid_payload', false));
    await heard;
    await settle('respond');
    expect(await next).toBe('response to  b');
    expect(sent).toEqual(['a', 'b']);
  });

  it('repeats a value without a waiter unless a newer one is waiting or in flight', async () => {
    const { sender, sent, settle } = openSender();
    sender.repeat('old');
    sender.online();
    expect(sent).toEqual(['old']);
    sender.repeat('old');
    await settle('respond');
    void sender.send('new');
    sender.repeat('old');
    await settle('respond');
    expect(sent).toEqual(['old', 'new']);
  });

  it('rejects all waiters on close, without unhandled rejections for ignored promises', async () => {
    const { clock, sender, sent, settle } = openSender();
    sender.online();
    void sender.send('a');
    const waiting = sender.send('b');
    sender.close(failure('closed', false));
    void sender.send('c');
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    await settle('respond');
    sender.online();
    expect(sent).toEqual(['a']);
    expect(clock.pending).toBe(0);
  });
});
