import { describe, expect, it } from '@jest/globals';
import { encryptPayload } from './encrypt-payload.ts';

const KEYS = {
  p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
};

describe('the encryption of a push message', () => {
  it('is that of RFC 8291, appendix A', () => {
    const body = encryptPayload(KEYS, Buffer.from('When I grow up, I want to be a watermelon'), {
      ephemeral: {
        salt: Buffer.from('DGv6ra1nlYgDCS1FRnbzlw', 'base64url'),
        privateKey: Buffer.from('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw', 'base64url'),
      },
    });
    expect(body.toString('base64url')).toBe(
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
    );
  });

  it('has the same length for every text', () => {
    const lengths = ['a', 'a longer text'].map(
      (text) => encryptPayload(KEYS, Buffer.from(text), { paddedBytes: 600 }).length,
    );
    expect(new Set(lengths).size).toBe(1);
  });
});
