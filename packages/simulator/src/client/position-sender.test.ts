/** The sender: one update in flight, the newest next, and always the last one in the end. */
import { describe, expect, it } from '@jest/globals';
import { type LocationUpdateAck, parseUserId } from '@nearby-friends/protocol';
import type { Movement } from '../dataset/movements.ts';
import { ManualWallClock, settled } from '../manual-wall-clock.testing.ts';
import { PositionSender, type SendingObserver } from './position-sender.ts';

const user = parseUserId('u');
const OK: LocationUpdateAck = { ok: true, at: 1, shared: true };

function place(lat: number): Movement {
  return { user, atMs: 0, lat, lng: 0 };
}

function refusal(code: 'rate_limited' | 'invalid_payload', retryable: boolean): LocationUpdateAck {
  return { ok: false, code, message: '', retryable };
}

/** A sender whose server acknowledges only on the test's command. */
class Bench implements SendingObserver {
  readonly clock = new ManualWallClock();
  readonly sent: number[] = [];
  readonly rejected: string[] = [];
  conflated = 0;
  unanswered = 0;
  acked = 0;
  readonly sender = new PositionSender({
    clock: this.clock,
    observer: this,
    emit: ({ lat }) => {
      this.sent.push(lat);
      return new Promise((resolve, reject) => {
        this.#inFlight = { resolve, reject };
      });
    },
  });
  #inFlight: { resolve: (ack: LocationUpdateAck) => void; reject: (error: Error) => void } | undefined;

  async acknowledge(ack: LocationUpdateAck): Promise<void> {
    this.#inFlight?.resolve(ack);
    await settled();
  }

  async fail(): Promise<void> {
    this.#inFlight?.reject(new Error('operation has timed out'));
    await settled();
  }

  updateSent(): void {
    // Counted by `sent`.
  }
  updateAcked(): void {
    this.acked += 1;
  }
  updateRejected(code: string): void {
    this.rejected.push(code);
  }
  updateUnanswered(): void {
    this.unanswered += 1;
  }
  updateConflated(): void {
    this.conflated += 1;
  }
}

function online(): Bench {
  const bench = new Bench();
  bench.sender.connected();
  return bench;
}

describe('PositionSender', () => {
  it('keeps one update in flight and sends the newest next', async () => {
    const bench = online();
    for (const lat of [1, 2, 3, 4]) bench.sender.report(place(lat));
    expect(bench.sent).toEqual([1]);
    await bench.acknowledge(OK);
    expect(bench.sent).toEqual([1, 4]);
    expect(bench.conflated).toBe(2);
    expect(bench.sender.settled).toBe(false);
    await bench.acknowledge(OK);
    expect(bench.sender.settled).toBe(true);
    expect(bench.sender.confirmed?.movement.lat).toBe(4);
  });

  it('knows between which times the server took a report', async () => {
    const bench = online();
    await bench.clock.advance(100);
    bench.sender.report(place(1));
    await bench.clock.advance(30);
    await bench.acknowledge(OK);
    expect(bench.sender.confirmed).toMatchObject({ lat: 1, sentAt: 100, ackedAt: 130, at: 1 });
  });

  it('tries a retryable refusal again after a pause, longer each time', async () => {
    const bench = online();
    bench.sender.report(place(1));
    await bench.acknowledge(refusal('rate_limited', true));
    expect(bench.sender.settled).toBe(false);
    await bench.clock.advance(249);
    expect(bench.sent).toEqual([1]);
    await bench.clock.advance(1);
    expect(bench.sent).toEqual([1, 1]);
    await bench.acknowledge(refusal('rate_limited', true));
    await bench.clock.advance(499);
    expect(bench.sent).toEqual([1, 1]);
    await bench.clock.advance(1);
    await bench.acknowledge(OK);
    expect(bench.sender.confirmed?.movement.lat).toBe(1);
    expect(bench.rejected).toEqual(['rate_limited', 'rate_limited']);
  });

  it('sends a newer position instead of the refused one', async () => {
    const bench = online();
    bench.sender.report(place(1));
    await bench.acknowledge(refusal('rate_limited', true));
    bench.sender.report(place(2));
    await bench.clock.advance(250);
    expect(bench.sent).toEqual([1, 2]);
  });

  it('does not put a refused position before a newer one that waits already', async () => {
    const bench = online();
    bench.sender.report(place(1));
    bench.sender.report(place(2));
    await bench.acknowledge(refusal('rate_limited', true));
    await bench.clock.advance(250);
    expect(bench.sent).toEqual([1, 2]);
  });

  it('gives up what is refused for good, and does not confirm it', async () => {
    const bench = online();
    bench.sender.report(place(91));
    await bench.acknowledge(refusal('invalid_payload', false));
    await bench.clock.advance(10_000);
    expect(bench.sent).toEqual([91]);
    expect(bench.sender.settled).toBe(true);
    expect(bench.sender.confirmed).toBeUndefined();
  });

  it('tries again without an acknowledgement', async () => {
    const bench = online();
    bench.sender.report(place(1));
    await bench.fail();
    await bench.clock.advance(250);
    await bench.acknowledge(OK);
    expect(bench.unanswered).toBe(1);
    expect(bench.sender.confirmed?.movement.lat).toBe(1);
  });

  it('waits for a connection, and begins each with the latest position', async () => {
    const bench = new Bench();
    bench.sender.report(place(1));
    bench.sender.report(place(2));
    expect(bench.sent).toEqual([]);
    bench.sender.connected();
    await bench.acknowledge(OK);
    bench.sender.disconnected();
    expect(bench.sender.settled).toBe(false);
    bench.sender.connected();
    expect(bench.sent).toEqual([2, 2]);
    await bench.acknowledge(OK);
    expect(bench.sender.settled).toBe(true);
  });

  it('brings an update whose connection was lost on the next connection, once', async () => {
    const bench = online();
    bench.sender.report(place(1));
    bench.sender.disconnected();
    await bench.fail();
    await bench.clock.advance(10_000);
    expect(bench.sent).toEqual([1]);
    bench.sender.connected();
    await bench.acknowledge(OK);
    expect(bench.sent).toEqual([1, 1]);
    expect(bench.sender.settled).toBe(true);
  });

  it('sends nothing on a connection before its first position', () => {
    expect(online().sent).toEqual([]);
  });
});
