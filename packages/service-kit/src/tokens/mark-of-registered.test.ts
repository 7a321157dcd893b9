import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { markOfRegistered } from './mark-of-registered.ts';

it('[L8] the mark of a registered device is the beginning of a hash that no connection can have', () => {
  const hash = createHash('sha256').update('device:aB3_-aB3_-aB3_-x').digest();
  expect(Buffer.from(markOfRegistered('aB3_-aB3_-aB3_-x'), 'latin1')).toEqual(hash.subarray(0, 8));
});
