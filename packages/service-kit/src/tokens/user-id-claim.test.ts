import { describe, expect, it } from '@jest/globals';
import { readUserIdClaim } from './user-id-claim.ts';

const escaped = (value: unknown) => readUserIdClaim(value, { claim: 'sub', format: 'escaped' });
const plain = (value: unknown) => readUserIdClaim(value, { claim: 'sub', format: 'plain' });

describe('[A1] the user id of an identity provider', () => {
  it.each([
    ['auth0|5f7c8ec7c33c6c004bbafe82', 'auth0_7C5f7c8ec7c33c6c004bbafe82'],
    ['ann@example.org', 'ann_40example_2Eorg'],
    ['urn:uuid:6e8bc430-9c3a', 'urn_3Auuid_3A6e8bc430-9c3a'],
    ['6e8bc430-9c3a-11d9-9669-0800200c9a66', '6e8bc430-9c3a-11d9-9669-0800200c9a66'],
    ['a_b', 'a_5Fb'],
    ['지', '_EC_A7_80'],
  ])('%s is escaped to a user id', (value, id) => {
    expect(escaped(value)).toBe(id);
  });

  it('is another for every other value: what looks escaped is escaped again', () => {
    const values = [
      'auth0|1',
      'auth0_7C1',
      'auth0_5F7C1',
      'auth0_7c1',
      'AUTH0|1',
      'a|',
      'a_7C',
      '|',
      '_',
      '__',
      '\u0000',
    ];
    expect(new Set(values.map(escaped)).size).toBe(values.length);
    for (const value of values) {
      const back = escaped(value).replace(/_(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
      expect(back).toBe(value);
    }
  });

  it.each(['', 'x'.repeat(65), '|'.repeat(22), '\uD800', 7, null, undefined, {}])(
    '%j is none, escaped or not',
    (value) => {
      for (const read of [escaped, plain]) {
        expect(() => read(value)).toThrow(expect.objectContaining({ code: 'unauthorized', retryable: false }));
      }
    },
  );

  it('that is none is refused with the rule and the remedy, without the value', () => {
    const read = () => readUserIdClaim('auth0|secret', { claim: 'sub', format: 'plain' });
    expect(read).toThrow(/sub is no user id.*1 to 64 characters.*JWT_USER_CLAIM.*JWT_USER_ID_FORMAT=escaped/);
    expect(read).not.toThrow(/secret/);
  });
});
