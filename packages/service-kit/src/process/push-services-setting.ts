/** The setting that names an operator's own push services. */
import { defineSettings, fromText } from '../config/read-config.ts';

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** https, or http to this machine. */
function isServiceOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  if (origin !== text) return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

export const pushServicesSetting = defineSettings({
  pushServices: {
    env: 'PUSH_SERVICES',
    schema: fromText.list().refine((origins) => origins.every(isServiceOrigin), {
      error: 'must be origins such as https://push.example.org, without a path (http only for this machine)',
    }),
    default: '',
    description:
      'Origins of your own push services (UnifiedPush), comma-separated, as https://push.example.org; they may have private ' +
      'addresses. Those of Google, Mozilla, Apple and Microsoft are always accepted. The same for friend-graph and alerts.',
  },
});
