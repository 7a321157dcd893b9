/** The settings of alerts, in addition to the common ones. */
import { isIP } from 'node:net';
import {
  ConfigError,
  defineSettings,
  fromText,
  positionTtlSetting,
  publicSettings,
  pushServicesSetting,
} from '@nearby-friends/service-kit';
import { z } from 'zod';

const { publicUrl } = publicSettings;

export const settings = defineSettings({
  ...positionTtlSetting,
  ...pushServicesSetting,
  publicUrl: { ...publicUrl, description: 'Address of this deployment in browsers, which an alert opens. Empty: /.' },
  vapidPrivateKey: {
    env: 'VAPID_PRIVATE_KEY',
    schema: z.string().regex(/^([A-Za-z0-9_-]{43})?$/, 'must be 32 bytes in base64url'),
    default: '',
    secret: true,
    description:
      'Key that signs push messages (VAPID): 32 random bytes in base64url, the same for all replicas. Empty: no alerts are sent. ' +
      'After a change browsers have to subscribe again.',
  },
  vapidSubject: {
    env: 'VAPID_SUBJECT',
    schema: z.string().refine((text) => text === '' || isContact(text), {
      error: 'must be an https address, or mailto: with an e-mail address, at which the operator can be reached',
    }),
    default: '',
    description: 'Contact of the operator for push services: https://… or mailto:…. Required with VAPID_PRIVATE_KEY.',
  },
  lookSeconds: {
    env: 'ALERT_LOOK_SECONDS',
    schema: fromText.number(0.2, 300),
    default: '10',
    unit: 's',
    description: 'How often it looks which friends have come near.',
  },
});

/** Apple refuses a contact on this machine, and says so only by refusing every message. */
function isContact(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname } = new URL(text);
  const domain = protocol === 'mailto:' ? (/^[^@\s]+@([^@\s]+)$/.exec(pathname)?.[1] ?? '') : hostname;
  if (protocol !== 'https:' && protocol !== 'mailto:') return false;
  return domain.includes('.') && !/(^|\.)(localhost|local|invalid|test)$/i.test(domain) && isIP(domain) === 0;
}

/** Throws `ConfigError` for a key without a contact. */
export function checkVapid(config: { readonly vapidPrivateKey: string; readonly vapidSubject: string }): void {
  if (config.vapidPrivateKey === '' || config.vapidSubject !== '') return;
  throw new ConfigError('VAPID_PRIVATE_KEY is set and VAPID_SUBJECT is not. Set it to https://… or mailto:….');
}
