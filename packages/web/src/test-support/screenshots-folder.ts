/** Where screenshots are written. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Ignored by git. Selected screenshots are copied to docs/images by hand. */
export const SCREENSHOTS_FOLDER = path.resolve(fileURLToPath(new URL('../../screenshots', import.meta.url)));
