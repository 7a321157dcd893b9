import { describe, expect, it } from '@jest/globals';
import { clientTextFrame, eachFrame, textOffset } from './websocket-frames.ts';

/** As a server sends it. */
function serverFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header =
    length < 126 ? Buffer.from([0x81, length]) : length < 65_536 ? Buffer.from([0x81, 126, 0, 0]) : Buffer.alloc(10);
  if (length >= 65_536) {
    header.set([0x81, 127]);
    header.writeBigUInt64BE(BigInt(length), 2);
  } else if (length >= 126) header.writeUInt16BE(length, 2);
  return Buffer.concat([header, Buffer.from(text)]);
}

describe('frames from the server', () => {
  const texts = ['2', 'x'.repeat(125), 'y'.repeat(126), 'z'.repeat(70_000), 'end'];
  const whole = Buffer.concat(texts.map(serverFrame));

  it('are passed on one by one, of every length', () => {
    const passed: string[] = [];
    const end = eachFrame(whole, 0, whole.length, (_opcode, bytes, from, to) => {
      passed.push(Buffer.from(bytes.subarray(from, to)).toString());
    });
    expect(passed).toEqual(texts);
    expect(end).toBe(whole.length);
  });

  it('are the same wherever the stream is cut', () => {
    const small = Buffer.concat(['2', 'y'.repeat(200), 'end'].map(serverFrame));
    for (let cut = 0; cut <= small.length; cut += 1) {
      const passed: string[] = [];
      const sink = (_opcode: number, bytes: Uint8Array, from: number, to: number): void => {
        passed.push(Buffer.from(bytes.subarray(from, to)).toString());
      };
      const end = eachFrame(small, 0, cut, sink);
      eachFrame(small, end, small.length, sink);
      expect(passed).toEqual(['2', 'y'.repeat(200), 'end']);
    }
  });
});

it.each([10, 125, 126, 400])('a client’s frame of %i bytes has its text unmasked at the offset', (length) => {
  const frame = clientTextFrame('t'.repeat(length));
  expect(frame.subarray(textOffset(length)).toString()).toBe('t'.repeat(length));
  expect((frame[1] ?? 0) & 0x80).toBe(0x80);
});
