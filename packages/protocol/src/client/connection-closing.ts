/** `connection:closing`, server → client: the connection ends now, and why. */
import { z } from 'zod';
import type { ErrorCodeName } from '../error-codes.ts';

export const CONNECTION_CLOSING = 'connection:closing';
export const connectionClosingSchema = z.object({ code: z.string(), message: z.string(), retryable: z.boolean() });
/** With `retryable: false` the client does not reconnect by itself. `message` is a sentence for a person. */
export type ConnectionClosing = z.infer<typeof connectionClosingSchema> & { readonly code: ErrorCodeName };
