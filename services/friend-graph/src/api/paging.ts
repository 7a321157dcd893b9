/** Query and response of lists that are read page by page. */
import type { UserId } from '@nearby-friends/protocol';
import { z } from 'zod';
import type { Page, PageRequest } from '../database/page.ts';
import { cursorSchema, encodeCursor } from './cursor.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

const toNumber = (text: unknown) => (typeof text === 'string' && /^\d{1,6}$/.test(text) ? Number(text) : text);

export const pageQuerySchema = z.object({
  limit: z
    .preprocess(toNumber, z.int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT))
    .describe('Maximum number of items on the page.'),
  cursor: cursorSchema.optional().describe('`nextCursor` of the previous page; absent for the first page.'),
});

export function pageRequestOf({ limit, cursor }: z.infer<typeof pageQuerySchema>): PageRequest {
  return { limit, after: cursor ?? null };
}

export function pageSchemaOf<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z.array(item).max(MAX_LIMIT),
    nextCursor: z.string().nullable().describe('Where the next page starts; null on the last page.'),
  });
}

/** A page starts after an id and not at an offset, so that concurrent changes neither repeat nor skip an item. */
export function pageToJson<T extends { id: UserId }, J>({ items, next }: Page<T>, itemToJson: (item: T) => J) {
  return { items: items.map(itemToJson), nextCursor: next === null ? null : encodeCursor(next) };
}
