/** Says why PostgreSQL cannot be used, in words that stay the same, and what to do about it. */

export interface FailureDescription {
  /** A short clause; for /ready and logs. */
  readonly reason: string;
  /** A sentence. */
  readonly remedy: string;
}

const LOGIN_REFUSED = {
  reason: 'the login is refused',
  remedy: 'Correct the user and the password in DATABASE_URL or DATABASE_PASSWORD, or allow that user (pg_hba.conf).',
};
const NOT_MIGRATED = {
  reason: 'the database is not migrated',
  remedy: 'Migrate it: node services/friend-graph/dist/commands/migrate.js',
};
const NOT_TRUSTED = {
  reason: 'the certificate of the server is not trusted',
  remedy:
    'Give the certificate of its authority in NODE_EXTRA_CA_CERTS, and use the host name that the certificate has.',
};
const STOPPED = { reason: 'it is starting or stopping', remedy: 'Wait for it, or start it.' };
const UNREACHABLE = { reason: 'it cannot be reached', remedy: 'Start it, or correct DATABASE_URL.' };
const REFUSED = { reason: 'it refuses the connection or the query', remedy: 'The log of PostgreSQL says why.' };

/** By SQLSTATE (PostgreSQL manual, appendix A), code of Prisma, or code of Node. */
const BY_CODE: Readonly<Record<string, FailureDescription>> = {
  '28P01': LOGIN_REFUSED,
  '28000': LOGIN_REFUSED,
  '3D000': {
    reason: 'the database does not exist',
    remedy: 'Create that database, or correct the name in DATABASE_URL.',
  },
  '42P01': NOT_MIGRATED,
  P2021: NOT_MIGRATED,
  P2022: NOT_MIGRATED,
  '42501': {
    reason: 'the user lacks privileges',
    remedy: 'Migrate as the same user, or grant this one the tables and sequences.',
  },
  '25006': { reason: 'it is read-only', remedy: 'Let DATABASE_URL name the primary, and check its free disk.' },
  '53300': {
    reason: 'it has no connection left',
    remedy: 'Raise max_connections, or lower DATABASE_POOL_SIZE or the number of replicas.',
  },
  '57P01': STOPPED,
  '57P02': STOPPED,
  '57P03': STOPPED,
  '57014': {
    reason: 'it responds too slowly',
    remedy: 'Check pg_stat_activity for locks, and the disk of its machine.',
  },
  '08P01': {
    reason: 'the pooler before it refuses the connection',
    remedy: 'Read the message in `error`, and the log of the pooler (PgBouncer).',
  },
  SELF_SIGNED_CERT_IN_CHAIN: NOT_TRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: NOT_TRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NOT_TRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NOT_TRUSTED,
  CERT_HAS_EXPIRED: NOT_TRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: NOT_TRUSTED,
};

/** Looks at the causes of `error`, as the driver and Prisma give them, for a known code. */
export function describeFailure(error: unknown): FailureDescription {
  const codes = codesOf(error, 0);
  const known = codes.map((code) => BY_CODE[code]).find((description) => description !== undefined);
  if (known) return known;
  return codes.some((code) => SQLSTATE.test(code) && !code.startsWith('08')) ? REFUSED : UNREACHABLE;
}

/** Five characters, one of them a digit: `EPIPE` is no SQLSTATE. Nor is `P1017`, which is Prisma's. */
const SQLSTATE = /^(?=.*\d)(?!P[1-6])[0-9A-Z]{5}$/;
const MAX_DEPTH = 6;

/** The innermost code first: outer ones are more general. */
function codesOf(error: unknown, depth: number): string[] {
  if (typeof error !== 'object' || error === null || depth > MAX_DEPTH) return [];
  const { code, originalCode, cause, meta, driverAdapterError, errors } = error as Readonly<Record<string, unknown>>;
  const inner = [cause, meta, driverAdapterError, ...(Array.isArray(errors) ? errors : [])];
  const own = [originalCode, code].filter((value) => typeof value === 'string');
  return [...inner.flatMap((item) => codesOf(item, depth + 1)), ...own];
}
