/** The first bytes of a WebSocket frame's header (RFC 6455, section 5.2). */

/** FIN and the opcode of a text frame. */
export const FIN_TEXT = 0x81;
/** The second byte holds a payload length up to this; a larger value says how many bytes of length follow. */
export const MAX_IN_ONE_BYTE = 125;
export const TWO_BYTES_FOLLOW = 126;
