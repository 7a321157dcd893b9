/** `viewing:set`, client → server: whether a person looks at the list. Holds for {@link VIEWING_LEASE_MS}, then it must be repeated. */
import { z } from 'zod';
import type { Ack } from './ack.ts';

/** A client that looks repeats it in half this time. */
export const VIEWING_LEASE_MS = 90_000;
export const VIEWING_SET = 'viewing:set';
export const viewingSetSchema = z.object({ on: z.boolean() });
export type ViewingSetAck = Ack;
