import { expect, it } from '@jest/globals';
import { MalformedMessageError } from '@nearby-friends/protocol';
import { testMetrics } from '../test-support/test-session.ts';
import { decodeBusMessage } from './decode-bus-message.ts';

const BYTES = Buffer.from('hello');

it('reads what can be read, and counts what cannot', async () => {
  const { metrics, metric } = testMetrics();
  expect(decodeBusMessage((bytes) => bytes.toString(), BYTES, metrics)).toBe('hello');
  const malformed = () => {
    throw new MalformedMessageError('cut short');
  };
  expect(decodeBusMessage(malformed, BYTES, metrics)).toBeNull();
  expect(await metric('nearby_malformed_messages_total')).toBe(1);
});

it('does not take a defect of its own for a bad message', () => {
  const { metrics } = testMetrics();
  const defect = () => {
    throw new TypeError('undefined is not a function');
  };
  expect(() => decodeBusMessage(defect, BYTES, metrics)).toThrow(TypeError);
});
