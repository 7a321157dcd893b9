/** The content of a push message, in the declarative form, which Safari shows without a service worker. */
import { createHash } from 'node:crypto';
import type { AlertLanguage, UserId } from '@nearby-friends/protocol';
import { type AlertKind, alertText } from './alert-text.ts';

/** Every content is padded to this, so that its length does not tell whose name it has. With the header it stays below 1 KB. */
export const PAYLOAD_BYTES = 900;
/** UTF-16 units; a name of the longest characters fits. */
const MAX_NAME_LENGTH = 100;
const TITLE = 'Nearby Friends';
/** Marks the declarative form. */
const WEB_PUSH = 8030;

/** No position, no distance, no id, no time. */
export function alertPayload(
  { kind, name, language }: { readonly kind: AlertKind; readonly name: string; readonly language: AlertLanguage },
  { topic, publicUrl }: { readonly topic: string; readonly publicUrl: string },
): Buffer {
  const body = alertText(language, kind, name.slice(0, MAX_NAME_LENGTH));
  const notification = { title: TITLE, body, lang: language, tag: topic, navigate: `${publicUrl}/` };
  return Buffer.from(JSON.stringify({ web_push: WEB_PUSH, notification }));
}

/** Of a viewer and whom the alert is about: a later alert replaces an earlier one, and push services learn no id. */
export function alertTopic(secret: string, viewer: UserId, field: string): string {
  return createHash('sha256').update(`${secret} ${viewer} ${field}`).digest('base64url').slice(0, 32);
}
