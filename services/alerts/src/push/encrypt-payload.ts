/** Encrypts a push message for one browser: RFC 8291, in the one record of RFC 8188's `aes128gcm`. */
import { createCipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';

const CURVE = 'prime256v1';
const RECORD_BYTES = 4_096;
const SALT_BYTES = 16;
const KEY_BYTES = 16;
const NONCE_BYTES = 12;
/** Ends the content of the last record; zeros may follow. */
const DELIMITER = 2;

export interface RecipientKeys {
  /** base64url */
  readonly p256dh: string;
  readonly auth: string;
}

/** What is random in an encryption; a test gives its own. */
export interface Ephemeral {
  readonly salt: Buffer;
  readonly privateKey: Buffer;
}

/**
 * `paddedBytes`: the length up to which zeros are added, so that the length of the message tells nothing. Throws for keys that
 * are none.
 */
export function encryptPayload(
  { p256dh, auth }: RecipientKeys,
  payload: Buffer,
  { paddedBytes = 0, ephemeral }: { readonly paddedBytes?: number; readonly ephemeral?: Ephemeral } = {},
): Buffer {
  const own = createECDH(CURVE);
  if (ephemeral) own.setPrivateKey(ephemeral.privateKey);
  else own.generateKeys();
  const salt = ephemeral?.salt ?? randomBytes(SALT_BYTES);
  const theirs = Buffer.from(p256dh, 'base64url');
  const ours = own.getPublicKey();
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), theirs, ours]);
  const secret = hkdf(own.computeSecret(theirs), Buffer.from(auth, 'base64url'), info, 32);
  const key = hkdf(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), KEY_BYTES);
  const nonce = hkdf(secret, salt, Buffer.from('Content-Encoding: nonce\0'), NONCE_BYTES);

  const padding = Buffer.alloc(Math.max(0, paddedBytes - payload.length));
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  const content = Buffer.concat([cipher.update(payload), cipher.update(Buffer.of(DELIMITER)), cipher.update(padding)]);
  const header = Buffer.alloc(SALT_BYTES + 5);
  salt.copy(header);
  header.writeUInt32BE(RECORD_BYTES, SALT_BYTES);
  header.writeUInt8(ours.length, SALT_BYTES + 4);
  return Buffer.concat([header, ours, content, cipher.final(), cipher.getAuthTag()]);
}

function hkdf(secret: Buffer, salt: Buffer, info: Buffer, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, bytes));
}
