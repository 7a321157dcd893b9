import { describe, expect, it } from '@jest/globals';
import { createLogger, ManualClock } from '@nearby-friends/service-kit';
import { testMetrics } from '../test-support/test-session.ts';
import { REFUSALS_LOG_INTERVAL_MS, RefusedConnections } from './refused-connections.ts';

function setUp() {
  const clock = new ManualClock();
  const lines: { msg: string; refused?: unknown; cutOff?: unknown }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const logger = createLogger({ service: 'gateway', replicaName: 'g1', level: 'info', destination });
  const { metrics, metric } = testMetrics();
  const refused = new RefusedConnections({ metrics, clock, logger });
  refused.start();
  return { clock, lines, metric, refused };
}

describe('refused connections', () => {
  it('are one log line per interval, however many they are, and each is counted', async () => {
    const { clock, lines, metric, refused } = setUp();
    for (let i = 0; i < 1_000; i++) refused.count(i % 4 === 0 ? 'overloaded' : 'unauthorized');
    expect(lines).toEqual([]);
    clock.advance(REFUSALS_LOG_INTERVAL_MS);
    expect(lines).toEqual([
      expect.objectContaining({
        msg: 'connections refused',
        refused: { overloaded: 250, unauthorized: 750 },
        withinSeconds: 10,
      }),
    ]);
    expect(await metric('nearby_connections_refused_total')).toBe(1_000);
  });

  it('are no line when there were none, and the last ones are logged at the stop', () => {
    const { clock, lines, refused } = setUp();
    clock.advance(REFUSALS_LOG_INTERVAL_MS * 3);
    expect(lines).toEqual([]);
    refused.count('token_expired');
    refused.stop();
    expect(lines.map((line) => line.refused)).toEqual([{ token_expired: 1 }]);
    expect(clock.pending).toBe(0);
  });

  it('are told apart from those that were cut off, which are counted by their reason', async () => {
    const { clock, lines, metric, refused } = setUp();
    for (let i = 0; i < 1_000; i++) refused.countCutOff(i % 4 === 0 ? 'unread' : 'packets');
    clock.advance(REFUSALS_LOG_INTERVAL_MS);
    expect(lines).toEqual([
      expect.objectContaining({ msg: 'abusive connections cut off', cutOff: { unread: 250, packets: 750 } }),
    ]);
    expect(await metric('nearby_connections_closed_for_abuse_total')).toBe(1_000);
  });
});
