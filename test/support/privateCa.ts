// Certificates of a private authority, made anew for each run: DER by hand, signed by node:crypto, nothing installed.
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  /** PEM */
  readonly cert: string;
  readonly key: string;
}

export interface PrivateCa {
  /** PEM, for NODE_EXTRA_CA_CERTS. */
  readonly cert: string;
  /** A certificate for names or IPv4 addresses. */
  issue(...names: readonly string[]): Certificate;
}

/** Makes an authority; `isExpired`: it was valid until yesterday. */
export function makePrivateCa(name = newName(), isExpired = false): PrivateCa {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const cert = certificate({
    subject: name,
    issuer: name,
    publicKey,
    signedWith: privateKey,
    isExpired,
    extensions: [
      extension('551d13', sequence(boolean(true)), true),
      extension('551d0f', bitString(Buffer.from([0x06]), 1), true),
    ],
  });
  return {
    cert,
    issue(...names) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return {
        key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        cert: certificate({
          subject: names[0] ?? 'nobody',
          issuer: name,
          publicKey: own.publicKey,
          signedWith: privateKey,
          isExpired: false,
          extensions: [extension('551d11', sequence(...names.map(alternativeName)), false)],
        }),
      };
    },
  };
}

/** Authorities of one name and several keys would get in each other's way. */
function newName(): string {
  return `Test Company CA ${randomBytes(4).toString('hex')}`;
}

interface Contents {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signedWith: KeyObject;
  readonly isExpired: boolean;
  readonly extensions: readonly Buffer[];
}

const dayMs = 86_400_000;

function certificate(contents: Contents): string {
  const now = Date.now();
  const until = now + (contents.isExpired ? -1 : 30) * dayMs;
  const toSign = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    distinguishedName(contents.issuer),
    sequence(time(now - 30 * dayMs), time(until)),
    distinguishedName(contents.subject),
    contents.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...contents.extensions)),
  );
  const signature = bitString(sign('sha256', toSign, contents.signedWith), 0);
  const der = sequence(toSign, ecdsaWithSha256, signature);
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const contents = Buffer.concat(parts);
  const { length } = contents;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), contents]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function bitString(bytes: Buffer, unusedBits: number): Buffer {
  return tagged(0x03, Buffer.from([unusedBits]), bytes);
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

function distinguishedName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId('550403'), tagged(0x0c, Buffer.from(name)))));
}

function time(atMs: number): Buffer {
  const text = new Date(atMs).toISOString().replace(/\D/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${text}Z`));
}

function extension(id: string, value: Buffer, isCritical: boolean): Buffer {
  const critical = isCritical ? [boolean(true)] : [];
  return sequence(objectId(id), ...critical, tagged(0x04, value));
}

function alternativeName(name: string): Buffer {
  const isAddress = /^[\d.]+$/.test(name);
  return isAddress
    ? tagged(0x87, Buffer.from(name.split('.').map(Number)))
    : tagged(0x82, Buffer.from(name));
}

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));
