import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isPongFrame, readReportFrame } from './position-frame.ts';

interface Packet {
  readonly nsp: string;
  readonly data: unknown;
  readonly id?: number;
}
interface PacketDecoder {
  on(event: 'decoded', take: (packet: Packet) => void): void;
  add(text: string): void;
}
/** The one that Socket.IO uses. */
const requireOfSocketIo = createRequire(createRequire(import.meta.url).resolve('socket.io'));
const { Decoder } = requireOfSocketIo('socket.io-parser') as { Decoder: new () => PacketDecoder };

const REPORT = '42["location:update",{"lat":41.88,"lng":-87.63}]';

/** A frame as a client sends it: RFC 6455, section 5.2. */
function frame(
  text: string | Buffer,
  { first = 0x81, mask = Buffer.from([1, 2, 3, 0xf4]), masked = true } = {},
): Buffer {
  const payload = Buffer.from(text);
  const bit = masked ? 0x80 : 0;
  const header =
    payload.length < 126
      ? Buffer.from([first, bit | payload.length])
      : Buffer.from([first, bit | 126, payload.length >> 8, payload.length & 0xff]);
  const body = masked ? payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)) : payload;
  return Buffer.concat([header, masked ? mask : Buffer.alloc(0), body]);
}

/** What Socket.IO makes of it; null where it makes nothing, or something else than this event. */
function bySocketIo(text: string): { payload: unknown; ackId: number | null } | null {
  let packet: Packet | undefined;
  const decoder = new Decoder();
  decoder.on('decoded', (decoded: Packet) => {
    packet = decoded;
  });
  try {
    decoder.add(text.slice(1));
  } catch {
    return null;
  }
  const args = packet?.data as unknown[];
  if (packet?.nsp !== '/' || args[0] !== 'location:update' || args.length !== 2) return null;
  return { payload: args[1], ackId: packet.id ?? null };
}

describe('a frame with a report', () => {
  it('is read as Socket.IO reads it, with any payload, length, mask and number of an answer', () => {
    const ackId = fc.option(fc.nat({ max: 999_999_999 }));
    const mask = fc.uint8Array({ minLength: 4, maxLength: 4 });
    const payload = fc.jsonValue({ maxDepth: 2 });
    fc.assert(
      fc.property(payload, ackId, mask, (value, id, bytes) => {
        const text = `42${id ?? ''}${JSON.stringify(['location:update', value])}`;
        const read = readReportFrame(frame(text, { mask: Buffer.from(bytes) }));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
        const isAscii = /^[\x00-\x7f]*$/.test(text);
        expect(read).toEqual(isAscii && text.length <= 512 ? bySocketIo(text) : null);
      }),
    );
  });

  it('is never read as something that Socket.IO would not have made of it', () => {
    const garbled = fc
      .tuple(fc.nat({ max: REPORT.length - 1 }), fc.nat({ max: 3 }), fc.string({ maxLength: 3 }))
      .map(([at, cut, put]) => REPORT.slice(0, at) + put + REPORT.slice(at + cut));
    fc.assert(
      fc.property(garbled, (text) => {
        const read = readReportFrame(frame(text));
        if (read !== null) expect(read).toEqual(bySocketIo(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half a header', frame(REPORT).subarray(0, 1)],
    ['a part of a message', frame(REPORT, { first: 0x01 })],
    ['the rest of a message', frame(REPORT, { first: 0x80 })],
    ['bytes', frame(REPORT, { first: 0x82 })],
    ['a compressed message', frame(REPORT, { first: 0xc1 })],
    ['what is not masked', frame(REPORT, { masked: false })],
    ['a frame that has not all come', frame(REPORT).subarray(0, 40)],
    ['two frames', Buffer.concat([frame(REPORT), frame(REPORT)])],
    ['a ping', frame('2')],
    ['what is not ASCII', frame(REPORT.replace('lat', 'lät'))],
    ['another event', frame('42["radius:set",{"meters":100}]')],
    ['another namespace', frame('42/admin,["location:update",{}]')],
    ['two payloads', frame('42["location:update",{},{}]')],
    ['no payload', frame('42["location:update"]')],
    ['what is no JSON', frame('42["location:update",{"lat":]')],
    ['what has an attachment', frame('451-["location:update",{"_placeholder":true,"num":0}]')],
    ['what is long', frame(`42["location:update",{"lat":1,"pad":"${'x'.repeat(500)}"}]`)],
    ['a frame with a long header', Buffer.concat([Buffer.from([0x81, 0xff]), Buffer.alloc(80)])],
  ])('is not %s', (_, bytes) => {
    expect(readReportFrame(bytes)).toBeNull();
  });
});

describe('an answer to a ping', () => {
  it('is known by its bytes, whatever its mask', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (mask) => {
        expect(isPongFrame(frame('3', { mask: Buffer.from(mask) }))).toBe(true);
      }),
    );
  });

  it.each([
    ['another packet', frame('1')],
    ['more than one', Buffer.concat([frame('3'), frame('3')])],
    ['a part of one', frame('3').subarray(0, 6)],
    ['what has something behind it', frame('3probe')],
    ['one without a mask', frame('3', { masked: false })],
    ['a part of a message', frame('3', { first: 0x01 })],
    ['bytes instead of text', frame('3', { first: 0x82 })],
    ['a report', frame(REPORT)],
  ])('is not %s', (_, bytes) => {
    expect(isPongFrame(bytes)).toBe(false);
  });
});
