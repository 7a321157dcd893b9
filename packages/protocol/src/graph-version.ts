/** The order of all that friend-graph says of the same thing. */
import { z } from 'zod';

/**
 * From one sequence in PostgreSQL, taken while the rows concerned are locked: of two statements about the same edge,
 * pause or radius the one with the higher version is the newer, by whatever way and in whatever order they come (an
 * event, the answer to a question, an announcement). 0: never changed since it was made.
 */
export const graphVersionSchema = z.number().int().min(0);
