/** The `auth` payload of the Socket.IO handshake. */
import { z } from 'zod';

/** Version of the client protocol in this build. */
export const CLIENT_PROTOCOL_VERSION = 1;

/** A longer token is refused without parsing. Well within the 4 KB limit of a packet. */
export const MAX_TOKEN_LENGTH = 3_500;

export const tokenSchema = z.string().min(1).max(MAX_TOKEN_LENGTH);

export const handshakeAuthSchema = z.object({
  token: tokenSchema,
  /** Optional: the client's protocol version; refused with `protocol_version` when it differs from the server's. */
  protocolVersion: z.number().int().optional(),
  /**
   * Optional: where distances are computed when the viewer itself moves. `server`, the default: every friend is sent again
   * with the new distance. `client`: the client computes them from its own last position, and a friend is sent only when
   * that friend changes; the server still decides which friends are near. Any other value, for example of a later
   * version, counts as `server`.
   */
  distances: z.enum(['server', 'client']).optional().catch('server'),
  /**
   * Optional: names the device, the same on all of its connections, so that it goes on sharing its position after a reconnect.
   * Without it every connection is a device of its own.
   */
  device: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .catch(undefined),
});
