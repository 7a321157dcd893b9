/** Engine.IO's ping as a whole WebSocket frame, one byte per character. */
export const PING_FRAME = '\x81\x012';
