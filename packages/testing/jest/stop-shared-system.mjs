/** Stops what start-shared-system.mjs has started. */
export default async function tearDown() {
  await globalThis.stopSharedSystem?.();
}
