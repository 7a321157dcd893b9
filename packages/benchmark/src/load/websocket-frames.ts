/** The few WebSocket frames (RFC 6455) that the load needs: made beforehand, and cut out of what arrives. */

const FINAL_TEXT = 0x81;
const MASKED = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK_BYTES = 4;
export const OPCODE_TEXT = 1;
export const OPCODE_CLOSE = 8;

/** A client's text frame of at most 65,535 bytes. Its mask is zero, so that its text can be replaced in place. */
export function clientTextFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header =
    length < LENGTH_16
      ? [FINAL_TEXT, MASKED | length]
      : [FINAL_TEXT, MASKED | LENGTH_16, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from(header), Buffer.alloc(MASK_BYTES), Buffer.from(text)]);
}

/** Where the text begins in a {@link clientTextFrame} of that many bytes of text. */
export function textOffset(textBytes: number): number {
  return MASK_BYTES + (textBytes < LENGTH_16 ? 2 : 4);
}

/** Takes each whole frame: the opcode, and where its payload lies. */
type FrameSink = (opcode: number, bytes: Uint8Array, from: number, to: number) => void;

/**
 * Passes every whole frame between `from` and `to` to the sink; a server's frames are not masked. Returns where the
 * first incomplete one begins, `to` when there is none.
 */
export function eachFrame(bytes: Buffer, from: number, to: number, sink: FrameSink): number {
  let at = from;
  while (at + 2 <= to) {
    const opcode = (bytes[at] ?? 0) & 0x0f;
    let length = (bytes[at + 1] ?? 0) & 0x7f;
    let payload = at + 2;
    if (length === LENGTH_16) {
      if (at + 4 > to) break;
      length = bytes.readUInt16BE(at + 2);
      payload = at + 4;
    } else if (length === LENGTH_64) {
      if (at + 10 > to) break;
      length = Number(bytes.readBigUInt64BE(at + 2));
      payload = at + 10;
    }
    if (payload + length > to) break;
    sink(opcode, bytes, payload, payload + length);
    at = payload + length;
  }
  return at;
}
