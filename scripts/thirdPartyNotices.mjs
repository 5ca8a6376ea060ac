// The licences of everything of node_modules that is inside the bundles, read off what esbuild really bundled.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Parts of packages that come from elsewhere, under a licence that the package does not carry along. */
const embedded = {
  undici: [
    {
      name: 'llhttp',
      license: 'MIT',
      text: mit('Copyright Fedor Indutny, 2018.'),
    },
  ],
};

/** The text of THIRD_PARTY_NOTICES. A bundled package without a licence text throws: it must not be shipped. */
export function thirdPartyNotices(metafiles) {
  const catalogue = JSON.parse(readFileSync('src/proxy/catalogue.json', 'utf8'));
  const sections = bundledPackages(metafiles).flatMap(({ name, version, license, text }) => [
    section(`${name} ${version} (${license})`, text),
    ...(embedded[name] ?? []).map((part) =>
      section(`${part.name}, inside ${name} (${part.license})`, part.text),
    ),
  ]);
  return `Switchyard contains parts of the following packages. The model facts in catalogue.json are made from
${catalogue.source} (MIT).

${sections.join('\n')}`;
}

function section(heading, text) {
  return `${'='.repeat(80)}\n${heading}\n${'='.repeat(80)}\n\n${text.trim()}\n`;
}

function bundledPackages(metafiles) {
  const folders = new Set();
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
        if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
      }
    }
  }
  return [...folders].sort().map(readPackage);
}

function readPackage(folder) {
  const { name, version, license } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(?:\.\w+)?$/i.test(entry));
  if (file === undefined) throw new Error(`${name} is bundled but has no licence text`);
  return { name, version, license, text: readFileSync(path.join(folder, file), 'utf8') };
}

function mit(copyright) {
  return `This software is licensed under the MIT License.

${copyright}

Permission is hereby granted, free of charge, to any person obtaining a
copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the
following conditions:

The above copyright notice and this permission notice shall be included
in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS
OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN
NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE
USE OR OTHER DEALINGS IN THE SOFTWARE.`;
}
