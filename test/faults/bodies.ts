// Status 200, and a body that is no answer.
import type { RawAnswer } from '../support/faultsUpstream';
import { openaiChatErrorEvent } from '../support/openaiChatAnswers';
import { OPENCODE_CONSOLE_ERRORS, OPENCODE_INFERENCE_ERRORS } from '../support/upstreamErrors';
import { type Format, healthyStream, joined, sseHeaders } from './answers';
import type { Combination, Fault } from './fault';
import type { Strike, Zone } from './model';

const bodyTypes = ['text/event-stream', 'application/json', 'text/html'] as const;

/** The same body under several content types. */
function bodies(
  name: string,
  texts: readonly string[],
  strike: Strike,
  zone: Zone = 'unseen',
): Fault {
  return {
    name,
    combinations: () =>
      texts.flatMap((text) =>
        bodyTypes.map(
          (type): Combination => ({
            place: `${JSON.stringify(text.slice(0, 30))} as ${type}`,
            strike,
            zone,
            answer: {
              headers: { 'content-type': type },
              pieces: [Buffer.from(text)],
              ending: 'finish',
            },
          }),
        ),
      ),
  };
}

const page =
  '<!doctype html><html><head><title>502</title></head><body>Bad Gateway</body></html>\n';

export const bodyFaults: readonly Fault[] = [
  {
    name: 'an address where nobody listens',
    combinations: () => [
      {
        place: 'a closed port',
        strike: 'unreachable',
        zone: 'unseen',
        isUnreachable: true,
        answer: { pieces: [], ending: 'finish' },
      },
    ],
  },
  bodies('an empty body', ['', ' ', '\n\n', '\r\n'], 'end'),
  bodies('a body of comments', [': hello\n\n', ': a\n: b\n\n: c\n\n'], 'end'),
  bodies('an end marker and nothing else', ['data: [DONE]\n\n'], 'end'),
  bodies('a page of HTML', [page, `\n${page}\n\n`, '<h1>Log in to the network</h1>'], 'nonsense'),
  bodies('a body of another kind', ['OK', 'null', '[]', '[{}]', '{}', '"text"', '42'], 'nonsense'),
  bodies('JSON of another API', ['{"id":1,"result":[]}', '{"message":{"role":"x"}}'], 'nonsense'),
  bodies(
    'an error under status 200',
    ['{"error":{"type":"server_error","message":"it broke"}}', '{"error":"it broke"}'],
    'serverError',
  ),
  {
    name: 'a usage limit under status 200',
    combinations: (format, isStream) =>
      bodies('', [OPENCODE_CONSOLE_ERRORS.goUsageLimitWeekly.body], 'planLimit')
        .combinations(format, isStream)
        // Without a header the words name the time: "Resets in 3 days".
        .map((combination) => ({ ...combination, namedSeconds: 259_200 })),
  },
  bodies(
    'a rejected key under status 200',
    [OPENCODE_CONSOLE_ERRORS.invalidKey.body],
    'keyRejected',
  ),
  bodies(
    'a supplier without a key under status 200',
    [OPENCODE_INFERENCE_ERRORS.supplierKeyBroken.body],
    'modelRefused',
  ),
  bodies(
    'an error as the only event',
    [openaiChatErrorEvent('server_error', 'it broke')],
    'serverError',
  ),
  {
    name: 'a body that does not decompress',
    combinations: () =>
      ['gzip', 'deflate', 'br'].map((encoding) => ({
        place: encoding,
        strike: 'end',
        zone: 'unseen',
        answer: {
          headers: { ...sseHeaders, 'content-encoding': encoding },
          pieces: [Buffer.from('this is not compressed at all')],
          ending: 'finish',
        },
      })),
  },
  {
    name: 'a status of success without an answer',
    combinations: () =>
      [201, 202, 204].map((status) => ({
        place: String(status),
        strike: 'end',
        zone: 'unseen',
        answer: {
          rawHead: `HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`,
          pieces: [],
          ending: 'finish',
        },
      })),
  },
  {
    name: 'an answer that is not HTTP',
    combinations: () =>
      ['SSH-2.0-OpenSSH_9.9\r\n', 'HTTP/1.1 twohundred\r\n\r\n', '\u0016\u0003\u0001\u0002'].map(
        (rawHead) => ({
          place: JSON.stringify(rawHead),
          strike: 'end',
          zone: 'unseen',
          answer: { rawHead, pieces: [], ending: 'finish' },
        }),
      ),
  },
  {
    name: 'one event of 64 MB',
    combinations: (format) =>
      (['unseen', 'shown'] as const).map((zone) => ({
        place: zone === 'unseen' ? 'first' : 'after the beginning',
        strike: 'nonsense',
        zone,
        answer: hugeEvent(format, zone),
      })),
  },
  {
    // Streamed on to a client it could go on for ever; gathered for one it has to end somewhere.
    name: 'an event stream of more than 64 MB that is to be gathered',
    combinations: (format, isStream) =>
      isStream
        ? []
        : [
            {
              place: 'in text',
              strike: 'nonsense',
              zone: 'unseen',
              answer: longStream(format),
            },
          ],
  },
  {
    // It is gathered before any wire format has a look at it, but for the lists of Gemini.
    name: 'a JSON body of 64 MB',
    formats: ['openai-chat', 'gemini'],
    combinations: (format) => [
      {
        place: format === 'gemini' ? 'one string in a list' : 'one string',
        strike: 'nonsense',
        zone: 'unseen',
        answer: {
          headers: { 'content-type': 'application/json' },
          pieces: [
            Buffer.from(format === 'gemini' ? '[{"id":"' : '{"id":"'),
            ...megabytes(64),
            Buffer.from(format === 'gemini' ? '"}]' : '"}'),
          ],
          ending: 'finish',
          isFast: true,
        },
      },
    ],
  },
];

function hugeEvent(format: Format, zone: Zone): RawAnswer {
  const events = healthyStream(format);
  const before =
    zone === 'unseen' ? [] : events.filter((event) => event.zone !== 'ended').slice(0, 5);
  const pieces = [
    Buffer.from(`${joined(before)}data: {"x":"`),
    ...megabytes(64),
    Buffer.from('"}\n\n'),
  ];
  return { headers: sseHeaders, pieces, ending: 'finish', isFast: true };
}

function longStream(format: Format): RawAnswer {
  const events = healthyStream(format);
  const first = events.findIndex(({ text }) => text.includes('Grüße'));
  const long = (events[first]?.text ?? '').replace(/Grüße/, 'x'.repeat(1024 * 1024));
  const pieces = [
    Buffer.from(joined(events.slice(0, first))),
    ...Array<Buffer>(65).fill(Buffer.from(long)),
    Buffer.from(joined(events.slice(first))),
  ];
  return { headers: sseHeaders, pieces, ending: 'finish', isFast: true };
}

const megabyte = Buffer.alloc(1024 * 1024, 'x');

function megabytes(count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, () => megabyte);
}
