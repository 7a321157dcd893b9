/** The version that orders statements of friend-graph about the same edge, pause or radius. */
import { z } from 'zod';

/**
 * From one sequence in PostgreSQL, taken while the affected rows are locked. The statement with the higher version is the
 * newer one, whatever its channel and order of arrival (an event, an RPC response, an announcement). 0: unchanged since it
 * was created.
 */
export const graphVersionSchema = z.number().int().min(0);
