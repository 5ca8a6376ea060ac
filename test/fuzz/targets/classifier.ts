// Whatever an upstream says about an error: the status as three digits, headers, an empty line, the body.
import assert from 'node:assert/strict';
import { classify } from '../../../src/proxy/classify';
import { answerHeaders } from '../../../src/proxy/failure';
import { inBrief } from '../../../src/proxy/failureBriefs';
import { notification, sentence } from '../../../src/proxy/failureMessage';
import { render } from '../../../src/proxy/phrase';
import { mergeProviders } from '../../../src/proxy/providers';
import { timed } from '../checks';

const providers = [...mergeProviders({}).values()];
const now = Date.UTC(2026, 10, 22, 12);
const secret = 'sk-fuzz-0123456789abcdef';

export function fuzz(data: Buffer): Promise<void> {
  return timed(async () => {
    const text = data.toString();
    const end = text.indexOf('\n\n');
    const head = end < 0 ? '' : text.slice(3, end);
    const body = text.slice(end < 0 ? 3 : end + 2);
    const status = Number(/^[1-9]\d\d/.exec(text)?.[0] ?? 500);
    const headers = Object.fromEntries(
      [...head.matchAll(/^([\w-]+): *(.*)$/gm)].map(([, name, value]) => [name, value ?? '']),
    );
    for (const provider of providers.slice(0, 3)) {
      const hasKeySucceeded = status % 2 === 0;
      const context = { provider, model: 'm', hasKeySucceeded, now, secrets: [secret] };
      checkFailure(classify({ status, headers, body }, context));
      checkFailure(classify({ raw: body, message: text, origin: 'upstream' }, context));
      checkFailure(classify({ raw: body, message: text, origin: 'malformed' }, context));
    }
  });
}

function checkFailure(failure: ReturnType<typeof classify>): void {
  const detail = render(failure.detail);
  const { link, limitName, resetsAt } = failure;
  assert.ok(detail !== '' && detail.length <= 300);
  for (const said of [
    detail,
    render(sentence(failure, now)),
    render(notification(failure)),
    render(inBrief(failure)),
  ]) {
    assert.doesNotMatch(said, /[\p{Cc}\p{Cf}\u2028\u2029]/u);
    assert.ok(said.length < 1_000);
    assert.ok(!said.includes(secret));
  }
  assert.ok(limitName === undefined || limitName.length <= 30);
  assert.ok(link === undefined || new URL(link).protocol === 'https:');
  assert.ok(resetsAt === undefined || (resetsAt > now && resetsAt < now + 33 * 86_400_000));
  for (const [name, value] of Object.entries(answerHeaders(failure, now))) {
    assert.match(`${name}: ${value}`, /^[a-z-]+: [\w-]+$/);
  }
}
