import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { catalogueFile, generateCatalogue } from '../../scripts/catalogue';

describe('the model catalogue', () => {
  it('is what its pinned source gives (npm run catalogue)', async function () {
    // Fetched on the first run of all.
    this.timeout(120_000);
    assert.equal(readFileSync(catalogueFile, 'utf8'), await generateCatalogue());
  });
});
