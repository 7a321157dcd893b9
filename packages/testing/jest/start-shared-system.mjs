/** Starts the stack that the files of the Jest project `shared` use together. Runs the built packages. */
import { startSharedSystem } from '../dist/stack/shared-system.js';

export default async function setUp() {
  globalThis.stopSharedSystem = await startSharedSystem();
}
