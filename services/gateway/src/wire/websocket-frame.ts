/** How the header of a WebSocket frame begins (RFC 6455, section 5.2), for those who write and read frames themselves. */

/** FIN, and the opcode of text. */
export const FIN_TEXT = 0x81;
/** In the second byte: the payload's length, up to this; above it says how many bytes of length follow. */
export const MAX_IN_ONE_BYTE = 125;
export const TWO_BYTES_FOLLOW = 126;
