/** `sharing:changed`, server → client: the user has paused or resumed, on any device or by itself; read `/me/sharing` again. */
import { z } from 'zod';

export const SHARING_CHANGED = 'sharing:changed';
export const sharingChangedSchema = z.object({});
export type SharingChanged = z.infer<typeof sharingChangedSchema>;
