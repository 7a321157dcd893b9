/** The settings by which a service knows its address in browsers, and the other sites whose pages may use it. */
import { z } from 'zod';
import { defineSettings, fromText } from '../config/read-config.ts';

/** `scheme://host[:port]`, also of an app's web view such as `capacitor://localhost`. */
const ORIGIN = /^([a-z][a-z\d+.-]*):\/\/([a-z\d._-]+|\[[\da-f:.]+\])(:\d+)?\/?$/i;

export const publicSettings = defineSettings({
  publicUrl: {
    env: 'PUBLIC_URL',
    schema: z
      .string()
      .refine((text) => text === '' || isPublicUrl(text), {
        error: 'must be an http or https address such as https://example.org/nearby, without a user or a query',
      })
      .transform(withoutSlash),
    default: '',
    description:
      'Address of this deployment in browsers, for example https://example.org/nearby. Needed where a proxy in front of it ' +
      'changes the host: pages of that origin may connect. The API documents name it.',
  },
  allowedOrigins: {
    env: 'ALLOWED_ORIGINS',
    schema: fromText
      .list()
      .refine((origins) => origins.every(isOrigin), {
        error: 'must be origins such as https://app.example.org, without a path and without *',
      })
      .transform((origins) => origins.map(asBrowsersWriteIt)),
    default: '',
    description:
      'Origins of apps on other sites whose pages may connect and call the API, comma-separated, as ' +
      'https://app.example.org. Pages of this deployment itself, and clients that are not browsers, need no entry.',
  },
});

function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}

/** The address without a slash at its end, so that paths can be appended. */
function withoutSlash(text: string): string {
  if (text === '') return '';
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

function isOrigin(text: string): boolean {
  return ORIGIN.test(text) && URL.canParse(text);
}

/** In lower case, without a default port. */
function asBrowsersWriteIt(text: string): string {
  return /^https?:/i.test(text) ? new URL(text).origin : text.toLowerCase().replace(/\/$/, '');
}
