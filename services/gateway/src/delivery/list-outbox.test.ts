import { expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { testSession } from '../test-support/test-session.ts';
import { ListOutbox } from './list-outbox.ts';

it('sends in order, and leaves nothing for a later turn when sending fails', () => {
  const outbox = new ListOutbox();
  const [first, broken, last] = [testSession(), testSession(), testSession()];
  for (const { session } of [first, broken, last]) {
    session.move({ lat: 0, lng: 0 }, 0);
    session.goLive();
  }
  const write = (): void => {
    for (const { session } of [first, broken, last]) {
      outbox.beginChanges();
      outbox.endChanges(session, [parseUserId('ben')]);
    }
  };
  const sendAll = (): void =>
    outbox.sendAll(
      () => true,
      () => undefined,
    );
  const frames = () => [first, broken, last].map(({ transport }) => transport.takeFrames().length);
  write();
  sendAll();
  expect(frames()).toEqual([1, 1, 1]);
  write();
  broken.transport.writable = false;
  expect(sendAll).toThrow();
  expect(frames()).toEqual([1, 0, 0]);
  sendAll();
  expect(frames()).toEqual([0, 0, 0]);
});
