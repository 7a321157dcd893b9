/** The schemas of alerts and push subscriptions. */
import {
  alertLanguageSchema,
  alertRadiusMetersSchema,
  MAX_PUSH_SUBSCRIPTIONS,
  p256dhSchema,
  pushAuthSchema,
  pushEndpointSchema,
  pushSubscriptionIdSchema,
  quietHoursSchema,
} from '@nearby-friends/protocol';
import { z } from 'zod';
import type { ListedSubscription } from '../database/push-subscription-repository.ts';
import type { ChosenSettings } from '../graph/alerts.ts';
import { idSchema, timeSchema } from './response-schemas.ts';

const quietSchema = quietHoursSchema.meta({
  id: 'QuietHours',
  description: 'No alerts from that minute until before that minute, each day by the clocks of the zone.',
});
const radiusSchema = alertRadiusMetersSchema.describe('Friends this near are alerted of, m.');

export const alertsSchema = z
  .strictObject({
    on: z.boolean(),
    radiusMeters: radiusSchema,
    quiet: quietSchema.nullable(),
    muted: z
      .array(z.strictObject({ id: idSchema, until: timeSchema }))
      .describe('Friends of whom I get no alerts until then.'),
  })
  .meta({ id: 'Alerts' });

export const alertsChangeSchema = z
  .strictObject({
    on: z.boolean().optional(),
    radiusMeters: radiusSchema.optional(),
    quiet: quietSchema.nullable().optional().describe('null: none.'),
  })
  .meta({ id: 'AlertsChange', description: 'Absent fields stay unchanged.' });

export const muteSchema = z
  .strictObject({ mutedUntil: timeSchema.nullable().describe('In the future; null: not muted.') })
  .meta({ id: 'Mute' });

export const pushKeySchema = z
  .strictObject({ key: z.string().describe('The `applicationServerKey` of `PushManager.subscribe`, in base64url.') })
  .meta({ id: 'PushKey' });

export const subscriptionIdSchema = pushSubscriptionIdSchema.meta({
  id: 'PushSubscriptionId',
  description: 'The SHA-256 of the endpoint, in base64url.',
});

const languageSchema = alertLanguageSchema.describe('Of the text of its alerts.');

export const subscriptionRequestSchema = z
  .strictObject({
    endpoint: pushEndpointSchema,
    keys: z.strictObject({ p256dh: p256dhSchema, auth: pushAuthSchema }),
    language: languageSchema.default('en'),
  })
  .meta({
    id: 'PushSubscriptionRequest',
    description: `As \`PushSubscription.toJSON()\` has it. At most ${MAX_PUSH_SUBSCRIPTIONS}; the oldest makes room.`,
  });

export const subscribedSchema = z.strictObject({ id: subscriptionIdSchema }).meta({ id: 'Subscribed' });

/** What the export has of it. */
export const subscriptionSchema = z
  .strictObject({
    id: subscriptionIdSchema,
    language: languageSchema,
    createdAt: timeSchema,
    renewedAt: timeSchema.describe('When the browser last said that it has it.'),
  })
  .meta({ id: 'PushSubscription' });

export function alertsToJson({ on, radiusMeters, quiet, muted }: ChosenSettings): z.infer<typeof alertsSchema> {
  return { on, radiusMeters, quiet, muted: muted.map(({ id, until }) => ({ id, until: until.getTime() })) };
}

export function subscriptionToJson(subscription: ListedSubscription): z.infer<typeof subscriptionSchema> {
  const { id, language, createdAt, renewedAt } = subscription;
  return { id, language, createdAt: createdAt.getTime(), renewedAt: renewedAt.getTime() };
}
