/** What a client shows when it connects: `auth` of the Socket.IO handshake. */
import { z } from 'zod';

/** The version of the contract with clients that this build speaks. */
export const CLIENT_PROTOCOL_VERSION = 1;

/** A token longer than this is refused unread. Well within the 4 KB that one packet may have. */
export const MAX_TOKEN_LENGTH = 3_500;

export const tokenSchema = z.string().min(1).max(MAX_TOKEN_LENGTH);

export const handshakeAuthSchema = z.object({
  token: tokenSchema,
  /** Optional: the protocol version the client speaks; refused with `protocol_version` when it is not ours. */
  protocolVersion: z.number().int().optional(),
  /**
   * Optional: who measures distances that change because the viewer itself has moved. `server`, the default: every
   * friend is sent again with the new distance. `client`: the client measures from its own last report, and is sent a
   * friend for news of that friend only; who enters and who leaves stays with the server. Anything else, such as what a
   * later version may know, counts as `server`.
   */
  distances: z.enum(['server', 'client']).optional().catch('server'),
});
