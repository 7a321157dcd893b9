import { describe, expect, it } from '@jest/globals';
import { MalformedMessageError } from '@nearby-friends/protocol';
import { TRACE_CONTEXT_BYTES } from '@nearby-friends/service-kit';
import { seededRandom } from '@nearby-friends/testing/seeded-random';
import { decodeEnvelope, encodeError, encodeRequest, encodeResponse } from './envelope.ts';

const SEED = Number(process.env['TEST_SEED'] ?? 1);
const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

describe('envelope', () => {
  it.each([0, 1, 0xffff_ffff])('a request survives encoding, id %d', (id) => {
    expect(decodeEnvelope(encodeRequest(id, 'record-positions', 'rpc:{gateway:g-1}', body))).toEqual({
      kind: 'request',
      id,
      trace: null,
      method: 'record-positions',
      replyTo: 'rpc:{gateway:g-1}',
      body,
    });
  });

  it('a request without optional fields has one byte for them', () => {
    expect(encodeRequest(7, 'me', 'to', Buffer.from('body')).toString('latin1')).toBe(
      '\x02\x00\x00\x00\x00\x07\x00\x02me\x02tobody',
    );
  });

  it('optional fields that this version does not know are skipped', () => {
    const trace = Buffer.alloc(TRACE_CONTEXT_BYTES, 0xab);
    const traceField = Buffer.concat([Buffer.from([1, trace.length]), trace]);
    const [unknown, longerTrace] = [Buffer.from([9, 3, 1, 2, 3]), Buffer.from([1, 2, 0, 0])];
    const framed = (...fields: Buffer[]) => {
      const optional = Buffer.concat(fields);
      const [header, names] = [Buffer.from('\x02\x00\x00\x00\x00\x07', 'latin1'), Buffer.from('\x02me\x02tobody')];
      return decodeEnvelope(Buffer.concat([header, Buffer.from([optional.length]), optional, names]));
    };
    const request = { kind: 'request', id: 7, method: 'me', replyTo: 'to', body: Buffer.from('body') };
    expect(framed(unknown)).toEqual({ ...request, trace: null });
    expect(framed(longerTrace)).toEqual({ ...request, trace: null });
    expect(framed(unknown, traceField, unknown)).toEqual({ ...request, trace });
    expect(() => framed(unknown.subarray(0, 4))).toThrow(MalformedMessageError);
    expect(() => framed(unknown.subarray(0, 1))).toThrow(MalformedMessageError);
  });

  it('a traced request survives encoding', () => {
    const trace = Buffer.alloc(TRACE_CONTEXT_BYTES, 0xab);
    expect(decodeEnvelope(encodeRequest(7, 'method', 'reply-to', body, trace))).toEqual({
      ...{ kind: 'request', id: 7, trace, method: 'method', replyTo: 'reply-to', body },
    });
  });

  it('a response survives encoding, with and without a body', () => {
    expect(decodeEnvelope(encodeResponse(7, body))).toEqual({ kind: 'response', id: 7, body });
    expect(decodeEnvelope(encodeResponse(7, Buffer.alloc(0)))).toEqual({
      kind: 'response',
      id: 7,
      body: Buffer.alloc(0),
    });
  });

  it('an error keeps its code and its whole message', () => {
    const message = 'Zu viele Anfragen – später.\nSecond line.\n';
    expect(decodeEnvelope(encodeError(7, 'rate_limited', message))).toEqual({
      kind: 'error',
      id: 7,
      code: 'rate_limited',
      message,
    });
  });

  it.each(['code-of-a-newer-build\nnews', 'toString\nx', '__proto__\nx', 'no line feed', ''])(
    'an error of unknown code is internal: %j',
    (text) => {
      expect(
        decodeEnvelope(Buffer.concat([encodeResponse(7, Buffer.alloc(0)), Buffer.from(text)]).fill(2, 1, 2)),
      ).toEqual({
        kind: 'error',
        id: 7,
        code: 'internal',
        message: text.slice(text.indexOf('\n') + 1),
      });
    },
  );

  it('cut before the body it is malformed; cut later the body is shorter', () => {
    for (const trace of [null, Buffer.alloc(TRACE_CONTEXT_BYTES)]) {
      const empty = encodeRequest(7, 'method', 'reply-to', Buffer.alloc(0), trace);
      const full = Buffer.concat([empty, body]);
      for (let length = 0; length < empty.length; length++) {
        expect(() => decodeEnvelope(full.subarray(0, length))).toThrow(MalformedMessageError);
      }
      expect(decodeEnvelope(full.subarray(0, empty.length + 3))).toMatchObject({ body: body.subarray(0, 3) });
    }
    for (let length = 0; length < 6; length++) {
      expect(() => decodeEnvelope(encodeResponse(7, body).subarray(0, length))).toThrow(MalformedMessageError);
      expect(() => decodeEnvelope(encodeError(7, 'internal', 'x').subarray(0, length))).toThrow(MalformedMessageError);
    }
  });

  it('of another version or kind is malformed', () => {
    const bytes = encodeResponse(7, body);
    expect(() => decodeEnvelope(Buffer.from(bytes).fill(3, 0, 1))).toThrow('envelope of version 3');
    expect(() => decodeEnvelope(Buffer.from(bytes).fill(4, 1, 2))).toThrow('envelope of unknown kind 4');
  });

  it(`random bytes are an envelope or malformed (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    const outcomes = { decoded: 0, malformed: 0 };
    for (let i = 0; i < 20_000; i++) {
      const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256)));
      if (i % 2 === 0 && bytes.length > 1) bytes.set([2, i % 4]);
      try {
        decodeEnvelope(bytes);
        outcomes.decoded++;
      } catch (error) {
        if (!(error instanceof MalformedMessageError)) throw error;
        outcomes.malformed++;
      }
    }
    // Otherwise this test would show nothing.
    expect(Math.min(outcomes.decoded, outcomes.malformed)).toBeGreaterThan(1_000);
  });

  it('refuses a name that its length byte cannot hold', () => {
    expect(() => encodeRequest(1, 'm'.repeat(256), 'r', body)).toThrow('out of range');
  });
});
