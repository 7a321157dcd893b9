import { describe, expect, it } from '@jest/globals';
import { MalformedMessageError } from '@nearby-friends/protocol';
import { TRACE_CONTEXT_BYTES } from '@nearby-friends/service-kit';
import { seededRandom } from '@nearby-friends/testing';
import { decodeEnvelope, encodeError, encodeReply, encodeRequest } from './envelope.ts';

const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

describe('envelope', () => {
  it.each([0, 1, 0xffff_ffff])('a request survives the way, id %d', (id) => {
    expect(decodeEnvelope(encodeRequest(id, 'record-positions', 'rpc:{gateway:g-1}', body))).toEqual({
      kind: 'request',
      id,
      trace: null,
      method: 'record-positions',
      replyTo: 'rpc:{gateway:g-1}',
      body,
    });
  });

  it('a request without a trace is framed byte for byte as builds that know of none expect it', () => {
    expect(encodeRequest(7, 'me', 'to', Buffer.from('body')).toString('latin1')).toBe(
      '\x01\x00\x00\x00\x00\x07\x02me\x02tobody',
    );
  });

  it('a traced request survives the way', () => {
    const trace = Buffer.alloc(TRACE_CONTEXT_BYTES, 0xab);
    expect(decodeEnvelope(encodeRequest(7, 'method', 'reply-to', body, trace))).toEqual({
      ...{ kind: 'request', id: 7, trace, method: 'method', replyTo: 'reply-to', body },
    });
  });

  it('a reply survives the way, with and without a body', () => {
    expect(decodeEnvelope(encodeReply(7, body))).toEqual({ kind: 'reply', id: 7, body });
    expect(decodeEnvelope(encodeReply(7, Buffer.alloc(0)))).toEqual({ kind: 'reply', id: 7, body: Buffer.alloc(0) });
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
      expect(decodeEnvelope(Buffer.concat([encodeReply(7, Buffer.alloc(0)), Buffer.from(text)]).fill(2, 1, 2))).toEqual(
        {
          kind: 'error',
          id: 7,
          code: 'internal',
          message: text.slice(text.indexOf('\n') + 1),
        },
      );
    },
  );

  it('cut anywhere before the body it is malformed; later the body is what is left', () => {
    for (const trace of [null, Buffer.alloc(TRACE_CONTEXT_BYTES)]) {
      const empty = encodeRequest(7, 'method', 'reply-to', Buffer.alloc(0), trace);
      const full = Buffer.concat([empty, body]);
      for (let length = 0; length < empty.length; length++) {
        expect(() => decodeEnvelope(full.subarray(0, length))).toThrow(MalformedMessageError);
      }
      expect(decodeEnvelope(full.subarray(0, empty.length + 3))).toMatchObject({ body: body.subarray(0, 3) });
    }
    for (let length = 0; length < 6; length++) {
      expect(() => decodeEnvelope(encodeReply(7, body).subarray(0, length))).toThrow(MalformedMessageError);
      expect(() => decodeEnvelope(encodeError(7, 'internal', 'x').subarray(0, length))).toThrow(MalformedMessageError);
    }
  });

  it('of another version or kind is malformed', () => {
    const bytes = encodeReply(7, body);
    expect(() => decodeEnvelope(Buffer.from(bytes).fill(2, 0, 1))).toThrow('envelope of version 2');
    expect(() => decodeEnvelope(Buffer.from(bytes).fill(4, 1, 2))).toThrow('envelope of unknown kind 4');
  });

  it('random bytes are an envelope or malformed, and nothing else', () => {
    const random = seededRandom(1);
    const outcomes = { decoded: 0, malformed: 0 };
    for (let i = 0; i < 20_000; i++) {
      const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256)));
      if (i % 2 === 0 && bytes.length > 1) bytes.set([1, i % 4]);
      try {
        decodeEnvelope(bytes);
        outcomes.decoded++;
      } catch (error) {
        if (!(error instanceof MalformedMessageError)) throw error;
        outcomes.malformed++;
      }
    }
    // Both have been met, or this test would show nothing.
    expect(Math.min(outcomes.decoded, outcomes.malformed)).toBeGreaterThan(1_000);
  });

  it('refuses a name that its length byte cannot hold', () => {
    expect(() => encodeRequest(1, 'm'.repeat(256), 'r', body)).toThrow('out of range');
  });
});
