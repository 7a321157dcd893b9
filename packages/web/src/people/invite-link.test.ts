import { beforeEach, describe, expect, it } from '@jest/globals';
import { inviteLink, OpenedInvite } from './invite-link.ts';

const PAGE = 'https://example.org/nearby/';
const CODE = 'AbC_-123456789012345678x';

beforeEach(() => {
  const items = new Map<string, string>();
  const storage = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, text: string) => void items.set(key, text),
    removeItem: (key: string) => void items.delete(key),
  };
  Object.defineProperty(globalThis, 'sessionStorage', { value: storage, configurable: true });
});

function open(address: string): { invite: OpenedInvite; address: string } {
  const invite = new OpenedInvite();
  let left = address;
  invite.take(new URL(address), ({ href }) => {
    left = href;
  });
  return { invite, address: left };
}

describe('the link of an invite', () => {
  it('is taken out of the address, and kept over a reload until it is done with', () => {
    const { invite, address } = open(inviteLink(PAGE, CODE));
    expect([invite.code, address]).toEqual([CODE, PAGE]);
    const reloaded = open(PAGE).invite;
    expect(reloaded.code).toBe(CODE);
    reloaded.done();
    expect([reloaded.code, open(PAGE).invite.code]).toEqual([null, null]);
  });

  it('replaces one that was opened before', () => {
    open(inviteLink(PAGE, 'older'));
    expect(open(inviteLink(PAGE, CODE)).invite.code).toBe(CODE);
  });

  it.each(['', '#', '#invite=', '#invite=a/b', '#invite=%20', '#other=x', `#invite=${'x'.repeat(101)}`])(
    'is no other fragment: "%s"',
    (hash) => {
      const { invite, address } = open(`${PAGE}?x=1${hash}`);
      expect([invite.code, address]).toEqual([null, `${PAGE}?x=1${hash}`]);
    },
  );
});
