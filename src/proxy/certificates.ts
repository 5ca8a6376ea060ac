import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import type { Logger } from './log';
import type { Network } from './network';
import { type Phrase, phrase } from './phrase';

/**
 * The authorities that sign the certificates of upstreams and proxies: Node's own, those of `NODE_EXTRA_CA_CERTS` and, where
 * wanted, those of the system. Undefined when Node's own suffice. Takes a tenth of a second for a system's: call it once.
 */
export function trustedAuthorities(network: Network, log: Logger): readonly string[] | undefined {
  const extra = extraAuthorities(network, log);
  const system = network.trustsSystem ? systemAuthorities(network, log) : [];
  if (extra.length + system.length === 0) return undefined;
  const own = tls.getCACertificates?.('default') ?? tls.rootCertificates;
  return [...new Set([...own, ...extra, ...system])];
}

/** What to do about a certificate whose authority is not known. */
export function certificateCure({ trustsSystem }: Network): Phrase {
  return trustsSystem
    ? phrase('Name the file of its certificate (PEM) in NODE_EXTRA_CA_CERTS and start VS Code anew')
    : phrase(
        'Switch on http.systemCertificates, or name the file of its certificate (PEM) in NODE_EXTRA_CA_CERTS and start VS Code anew',
      );
}

/** Node reads the file too, but only what the process was started with, and says nothing when it cannot. */
function extraAuthorities({ extraCertificatesFile }: Network, log: Logger): readonly string[] {
  if (extraCertificatesFile === undefined) return [];
  try {
    const found = usable(certificatesIn(readFileSync(extraCertificatesFile, 'utf8')));
    if (found.length === 0) {
      log.warn(
        `NODE_EXTRA_CA_CERTS: ${extraCertificatesFile} holds no valid certificate in PEM form`,
      );
    }
    return found;
  } catch (error) {
    log.warn(`NODE_EXTRA_CA_CERTS cannot be read: ${messageOf(error)}`);
    return [];
  }
}

function systemAuthorities({ systemCertificatesFile }: Network, log: Logger): readonly string[] {
  try {
    const all =
      tls.getCACertificates?.('system') ?? certificatesIn(readBundle(systemCertificatesFile));
    const found = usable(all);
    log.debug(() => `${found.length} authorities of the system's certificates are trusted too`);
    return found;
  } catch (error) {
    log.warn(`the system's certificates cannot be read: ${messageOf(error)}`);
    return [];
  }
}

/** Where Linux distributions keep them; for Node before 22.15, which cannot ask the system. */
const bundleFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
] as const;

function readBundle(named: string | undefined): string {
  if (named !== undefined) return readFileSync(named, 'utf8');
  for (const file of bundleFiles) {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      // The next distribution's place.
    }
  }
  return '';
}

function certificatesIn(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

/** One that cannot be read would spoil the whole list, and one that has expired can hide its successor of the same name. */
function usable(certificates: readonly string[]): readonly string[] {
  const now = Date.now();
  return certificates.filter((pem) => {
    try {
      return Date.parse(new X509Certificate(pem).validTo) > now;
    } catch {
      return false;
    }
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
