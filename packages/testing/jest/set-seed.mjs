/** Lets `TEST_SEED` choose what property tests try; without it fast-check chooses, and names its seed when one fails. */
const { TEST_SEED } = process.env;

// Loaded only then: it would cost every file its time.
if (TEST_SEED !== undefined) {
  const { default: fc } = await import('fast-check');
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(TEST_SEED) });
}
