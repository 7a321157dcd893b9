import { describe, expect, it } from '@jest/globals';
import { describeFailure } from './describe-failure.ts';

const withCode = (code: string, cause?: unknown) => Object.assign(new Error(code, { cause }), { code });

describe('the reason why PostgreSQL cannot be used', () => {
  it.each([
    ['28P01', 'the login is refused'],
    ['3D000', 'the database does not exist'],
    ['42P01', 'the database is not migrated'],
    ['25006', 'it is read-only'],
    ['08P01', 'the pooler before it refuses the connection'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate of the server is not trusted'],
    ['22P02', 'it refuses the connection or the query'],
    ['08006', 'it cannot be reached'],
    ['ECONNREFUSED', 'it cannot be reached'],
    ['EPIPE', 'it cannot be reached'],
  ])('%s: %s', (code, reason) => {
    const { remedy, ...rest } = describeFailure(withCode(code));
    expect(rest).toEqual({ reason });
    expect(remedy).toMatch(/^[A-Z].*\S$/);
  });

  it('is found below the errors of Prisma, of this service, and of attempts on several addresses', () => {
    const byPrisma = { code: 'P2010', meta: { driverAdapterError: { cause: { originalCode: '28P01' } } } };
    expect(describeFailure(withCode('unavailable', byPrisma)).reason).toBe('the login is refused');
    expect(describeFailure(withCode('unavailable', withCode('P2021'))).reason).toBe('the database is not migrated');
    const attempts = new AggregateError([withCode('ECONNREFUSED'), withCode('CERT_HAS_EXPIRED')]);
    expect(describeFailure(attempts).reason).toBe('the certificate of the server is not trusted');
    expect(describeFailure('no error at all').reason).toBe('it cannot be reached');
  });
});
