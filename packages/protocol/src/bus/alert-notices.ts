/** alerts → friend-graph: friend requests and acceptances of which a user is to be alerted. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

/** Maximum number of notices that are taken at once. */
export const MAX_NOTICES = 100;

const noticeIdSchema = z.string().regex(/^\d{1,19}$/);
const noticeKindSchema = z.enum(['requested', 'accepted']);

const noticeSchema = z.object({
  id: noticeIdSchema,
  kind: noticeKindSchema,
  recipient: userIdSchema,
  /** Who has sent the request, or accepted it. */
  about: userIdSchema,
});
export type AlertNotice = z.infer<typeof noticeSchema>;

const takeSchema = z.object({
  /** Notices taken earlier that are dealt with: they are deleted. */
  done: z.array(noticeIdSchema).max(MAX_NOTICES),
});
const takenSchema = z.object({ notices: z.array(noticeSchema).max(MAX_NOTICES) });

/** A notice that is taken and not reported as done can be taken again after a minute: at least once. */
export const takeAlertNotices: Method<z.infer<typeof takeSchema>, z.infer<typeof takenSchema>> = {
  service: 'friend-graph',
  name: 'take-alert-notices',
  request: jsonCodec(takeSchema),
  response: jsonCodec(takenSchema),
};

const nameSchema = z.object({ displayName: z.string().nullable() });

/** The display name for a notice; null: it does not hold any more, since the request is gone or its sender is blocked. */
export const nameForNotice: Method<{ id: string }, z.infer<typeof nameSchema>> = {
  service: 'friend-graph',
  name: 'name-for-notice',
  request: jsonCodec(z.object({ id: noticeIdSchema })),
  response: jsonCodec(nameSchema),
};
