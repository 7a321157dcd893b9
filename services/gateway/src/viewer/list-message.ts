/** A list message as bytes, as the transport of a session takes it. */

/** A message whose bytes may be overwritten after `ListMessageWriter.reuse`. */
export interface ListMessage {
  /**
   * One unmasked WebSocket text frame (RFC 6455, section 5.2) that holds an Engine.IO message packet, followed by a ping
   * frame if {@link hasPing}.
   */
  readonly frame: Buffer;
  readonly hasPing: boolean;
  /** The Socket.IO packet alone, without a ping, for a transport that makes its own frames. */
  toPacket(): string;
}
