/** The settings of the location service beside the common ones. */
import { defineSettings, positionTtlSetting } from '@nearby-friends/service-kit';

export const settings = defineSettings({ ...positionTtlSetting });
