import type { NetworkSettings } from '../../src/proxy/network';

/** VS Code's settings for HTTP as they are by default, but for the system's certificates, whose number differs by machine. */
export const plainNetwork: NetworkSettings = {
  proxy: '',
  proxyAuthorization: '',
  noProxy: [],
  isProxyOff: false,
  verifiesCertificates: true,
  trustsSystem: false,
};
