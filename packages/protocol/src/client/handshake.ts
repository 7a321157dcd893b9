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
});
