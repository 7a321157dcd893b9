/** What a user can choose for a device. A test compares it with the protocol. */

export const STAYS_VISIBLE_CHOICES = [600, 1_800, 3_600] as const;
export const MAX_DEVICE_NAME_LENGTH = 64;
