import assert from 'node:assert/strict';
import { codexProfile, isOwnProfile } from '../../../src/ui/codexProfile';

describe('the profile for Codex', () => {
  it('points to the port, with the token that the terminals carry and without retries', () => {
    const profile = codexProfile(4321, 200_000);
    assert.match(profile, /^base_url = "http:\/\/127\.0\.0\.1:4321\/v1"$/m);
    assert.match(profile, /^env_key = "ANTHROPIC_AUTH_TOKEN"$/m);
    assert.match(profile, /^wire_api = "responses"$/m);
    assert.match(profile, /^request_max_retries = 0$/m);
    assert.match(profile, /^model_context_window = 200000$/m);
  });

  it('leaves out a context window that is not known', () => {
    assert.doesNotMatch(codexProfile(4321, undefined), /context/);
  });

  it('is known as ours, and no other file is', () => {
    assert.equal(isOwnProfile(codexProfile(1, undefined)), true);
    assert.equal(isOwnProfile(''), false);
    assert.equal(isOwnProfile('model = "gpt"\n'), false);
  });
});
