/** Which contract between the services this build speaks; raised with every change of a schema. */

/**
 * The SHA-256 over all schemas, per version. A test computes it anew: whoever changes a schema has to look here,
 * decide whether old and new builds understand each other during a deploy, and add a line.
 */
export const SCHEMA_DIGESTS: Readonly<Record<number, string>> = {
  1: '22d88cd72f205a128a60431e1050c463171906b2805977aa40553ee068b70c4f',
};

export const PROTOCOL_VERSION = Math.max(...Object.keys(SCHEMA_DIGESTS).map(Number));
