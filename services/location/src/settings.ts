/** The settings of the location service in addition to the common ones. */
import { defineSettings, positionTtlSetting } from '@nearby-friends/service-kit';

export const settings = defineSettings({ ...positionTtlSetting });
