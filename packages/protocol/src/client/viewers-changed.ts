/** `viewers:changed`, server → client: what a viewer may see of the user has changed or ended; read `/viewers` again. */
import { z } from 'zod';

export const VIEWERS_CHANGED = 'viewers:changed';
export const viewersChangedSchema = z.object({});
export type ViewersChanged = z.infer<typeof viewersChangedSchema>;
