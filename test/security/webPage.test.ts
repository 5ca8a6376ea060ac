import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../support/browser';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { testToken } from '../support/testProxy';
import {
  type CarelessPort,
  evilHtml,
  type LocalServer,
  startCarelessPort,
  startEvilSite,
} from './evilSite';
import { openPort, type Port, upstreamSecret } from './port';

const browserArguments = [
  '--host-resolver-rules=MAP evil.example 127.0.0.1, MAP rebound.example 127.0.0.1',
  // What newer browsers do for us is switched off: older ones and other browsers do not do it.
  '--disable-features=LocalNetworkAccessChecks,PrivateNetworkAccessSendPreflights,BlockInsecurePrivateNetworkRequests',
];

/** Tricks that show a page what a careless port answers; the others only make it do something. */
const readingTricks: ReadonlySet<string> = new Set([
  'fetch GET /health',
  'fetch GET /v1/models',
  'fetch with credentials',
  'fetch kept alive',
  'fetch POST text/plain',
  'fetch POST JSON, after a preflight',
  'fetch with a guessed token',
  'fetch with the right token',
  'fetch PUT',
  'fetch through a redirect, readable',
  'XMLHttpRequest',
  'EventSource',
  'script',
]);

describe('a web page in Chromium', function () {
  this.timeout(60_000);
  const folder = makeTemporaryFolder('evil');
  let port: Port;
  let site: LocalServer;
  let careless: CarelessPort;
  let context: BrowserContext;
  let page: Page;
  const corsHeaders: string[] = [];

  before(async function () {
    // A machine without a browser fetches one.
    this.timeout(300_000);
    port = await openPort();
    site = await startEvilSite();
    careless = await startCarelessPort(upstreamSecret);
    context = await openBrowser(folder, browserArguments);
    page = await context.newPage();
    context.on('response', (response) => {
      if (new URL(response.url()).port !== String(port.number)) return;
      const names = Object.keys(response.headers());
      corsHeaders.push(...names.filter((name) => name.startsWith('access-control-')));
    });
  });
  after(async () => {
    await context?.close();
    await Promise.all([port.close(), site.close(), careless.close()]);
    await removeFolder(folder);
  });

  const refusals = () => port.proxy.logs.filter((line) => line.includes(' refused status='));

  async function tricks(): Promise<readonly string[]> {
    const names: unknown = await page.evaluate('namesOfTricks');
    assert.ok(Array.isArray(names));
    return names.map(String);
  }

  /** Plays one trick against a port of this machine; resolves with what the page could read. */
  async function play(name: string, targetPort: number, host = '127.0.0.1'): Promise<string> {
    const target = `http://${host}:${targetPort}`;
    const guess = `${testToken.slice(0, -1)}x`;
    const input = JSON.stringify({ target, guess, token: testToken });
    return String(await page.evaluate(`play(${JSON.stringify(name)}, ${input})`));
  }

  /** Plays every trick that the page’s origin offers; resolves with what was read, once each has been refused. */
  async function playAll(notOffered: readonly string[], host?: string) {
    const read = new Map<string, string>();
    for (const name of await tricks()) {
      if (notOffered.includes(name)) continue;
      const before = refusals().length;
      read.set(name, await play(name, port.number, host));
      // What a page sends without waiting for an answer may still be on its way.
      while (refusals().length === before) await sleep(10);
    }
    console.log(`      ${read.size} tricks arrived and were refused`);
    return read;
  }

  const origins: readonly (readonly [
    what: string,
    url: () => string,
    notOffered: readonly string[],
  ])[] = [
    ['another site', () => `http://evil.example:${site.port}/`, ['service worker']],
    ['another port of this machine', () => `http://127.0.0.1:${site.port}/`, []],
    ['an origin of null', () => `http://127.0.0.1:${site.port}/sandboxed`, ['service worker']],
  ];

  it('would be read by the same tricks if it were careless', async () => {
    await page.goto(`http://evil.example:${site.port}/`);
    for (const name of await tricks()) {
      if (name === 'service worker') continue;
      const before = careless.asked();
      const text = await play(name, careless.port);
      if (readingTricks.has(name)) assert.ok(text.includes(upstreamSecret), `${name}: ${text}`);
      while (careless.asked() === before) await sleep(10);
    }
  });

  for (const [what, url, notOffered] of origins) {
    it(`on ${what} reads nothing and has nothing done, by any trick`, async () => {
      await page.goto(url());
      for (const [name, text] of await playAll(notOffered)) assert.equal(text, '', name);
      assert.equal(port.upstream.requests.length, 0);
    });
  }

  it('that got our address by DNS rebinding reads nothing but that it is refused', async () => {
    const address = `http://rebound.example:${port.number}`;
    // The name led to the page’s own server first; now it leads to us.
    await context.route(`${address}/page`, (route) =>
      route.fulfill({ contentType: 'text/html', body: evilHtml }),
    );
    await page.goto(`${address}/page`);
    const read = await playAll(['service worker'], 'rebound.example');
    for (const [name, text] of read) {
      if (text !== '') assert.match(text, /permission_error/, name);
      assert.ok(!text.includes(upstreamSecret), name);
    }
    assert.ok((read.get('fetch GET /health') ?? '').includes('Host header names something else'));
    assert.equal(port.upstream.requests.length, 0);
    await context.unroute(`${address}/page`);
  });

  it('is never sent a CORS header, and is told apart by Host, Origin and Sec-Fetch-Site', () => {
    assert.deepEqual(corsHeaders, []);
    const reasons = new Set(refusals().map((line) => line.replace(/^.*status=/, '')));
    for (const reason of [
      '403: Origin header',
      '403: Sec-Fetch-Site header',
      '403: foreign Host',
    ]) {
      assert.ok(reasons.has(reason), `${reason} is none of ${[...reasons].join(', ')}`);
    }
  });
});
