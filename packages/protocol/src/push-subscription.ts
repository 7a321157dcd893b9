/** A browser's subscription to push messages (RFC 8030), and which push services are accepted. */
import { z } from 'zod';
import { alertLanguageSchema } from './alert-settings.ts';

/** Those of Windows are the longest, some 600 characters. */
const MAX_ENDPOINT_LENGTH = 2_048;

/** Where messages to one browser are posted. Whoever knows it may post there, so it is treated as a secret. */
export const pushEndpointSchema = z
  .string()
  .max(MAX_ENDPOINT_LENGTH)
  .refine(URL.canParse, { error: 'must be an address' });

/** The browser's public key: an uncompressed point of P-256, 65 bytes in base64url. */
export const p256dhSchema = z.string().regex(/^B[A-Za-z0-9_-]{86}$/, 'must be 65 bytes in base64url');
/** The shared secret that authenticates messages: 16 bytes in base64url. */
export const pushAuthSchema = z.string().regex(/^[A-Za-z0-9_-]{22}$/, 'must be 16 bytes in base64url');

/** The SHA-256 of the endpoint, in base64url. */
export const pushSubscriptionIdSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be a SHA-256 in base64url');

export const pushSubscriptionSchema = z.object({
  id: pushSubscriptionIdSchema,
  endpoint: pushEndpointSchema,
  p256dh: p256dhSchema,
  auth: pushAuthSchema,
  language: alertLanguageSchema,
});
export type PushSubscription = z.infer<typeof pushSubscriptionSchema>;

/** Chrome and others, Firefox, Safari, Edge. A leading dot: every host below. */
const PUSH_SERVICES = [
  'fcm.googleapis.com',
  'updates.push.services.mozilla.com',
  '.push.services.mozilla.com',
  'web.push.apple.com',
  '.push.apple.com',
  '.notify.windows.com',
];

/**
 * Whether messages may be posted to the endpoint: of a known push service over https, or of one of the operator's `ownServices`
 * (origins). Anything else would let a user make the server call any address.
 */
export function isPushServiceAccepted(endpoint: string, ownServices: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, port, username, password, origin } = new URL(endpoint);
  if (username + password !== '') return false;
  if (ownServices.includes(origin)) return true;
  if (protocol !== 'https:' || port !== '') return false;
  return PUSH_SERVICES.some((one) => (one.startsWith('.') ? hostname.endsWith(one) : hostname === one));
}
