/** `token:refresh`, client → server: a new token for the same user, before the old one expires. */
import { z } from 'zod';
import type { Ack } from './ack.ts';
import { tokenSchema } from './handshake.ts';

export const TOKEN_REFRESH = 'token:refresh';
export const tokenRefreshSchema = z.object({ token: tokenSchema });
export type TokenRefreshAck = Ack;
