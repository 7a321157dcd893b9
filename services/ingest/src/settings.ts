/** The settings of ingest, in addition to the common ones. */
import { defineSettings, fromText, positionTtlSetting, tokenSettings } from '@nearby-friends/service-kit';

export const settings = defineSettings({
  ...tokenSettings,
  ...positionTtlSetting,
  port: {
    env: 'PORT',
    schema: fromText.integer(0, 65_535),
    description: 'Port for background apps, behind nginx. 0 chooses a free port.',
  },
  maxPlausibleSpeed: {
    env: 'MAX_PLAUSIBLE_SPEED',
    schema: fromText.number(0, 1_000_000),
    default: '340',
    unit: 'm/s',
    description: 'A user who often moves faster gets answers without friends. Its positions count as usual. 0: off.',
  },
});
