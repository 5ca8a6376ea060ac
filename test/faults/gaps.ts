// Whole answers that lack members, or have them in unusual places.
import { openaiChatChunk } from '../support/openaiChatAnswers';
import { type Format, healthyJson, healthyStream, joined, jsonOf, streamOf } from './answers';
import { type Combination, type Fault, whole } from './fault';

type Change = readonly [place: string, pattern: RegExp, by: string];

const usage = /"(usage|usageMetadata)":\{(?:[^{}]|\{[^}]*\})*\}/g;

const jsonGaps: readonly Change[] = [
  ['no usage', new RegExp(`,${usage.source}`, 'g'), ''],
  ['usage of null', usage, '"$1":null'],
  ['an empty usage', usage, '"$1":{}'],
  ['no id', /"id":"(?:msg|chatcmpl|resp)[^"]*",/, ''],
  ['no id', /,"responseId":"[^"]*"/, ''],
  ['no ids of items', /"id":"(?:rs|msg|fc)_[^"]*",/g, ''],
  ['no id of the call', /"functionCall":\{"id":"[^"]*",/, '"functionCall":{'],
  ['the name as id of the call', /("functionCall":\{"id":)"[^"]*"/, '$1"write_file"'],
  ['no model', /"(?:model|modelVersion)":"[^"]*",/, ''],
  ['no role', /,"role":"model"/, ''],
  ['no index', /,"index":0/, ''],
  ['a reason of null', /"(stop_reason|finish_reason|finishReason)":"[^"]*"/, '"$1":null'],
  ['no reason', /,"(?:stop_reason|finish_reason|finishReason)":"[^"]*"/, ''],
  ['no status', /"created_at":\d+,"status":"completed",/, ''],
  ['no status of items', /,"status":"completed"/g, ''],
  ['no details', /"error":null,"incomplete_details":null,/, ''],
  ['no kind', /"object":"response",/, ''],
  // Anthropic's own reasons of the future go through to the clients of the future.
  ['an unknown reason', /"(finish_reason|finishReason)":"[^"]*"/, '"$1":"future_reason"'],
];

/** Every wire format's own names of its counts. */
const counts: Readonly<Record<Format, string>> = {
  'anthropic-messages': '(?:input|output)_tokens',
  'openai-chat': '(?:prompt|completion|total)_tokens',
  'openai-responses': '(?:input|output|total)_tokens',
  gemini: '(?:prompt|candidates|total)TokenCount',
};

const usagePlaces: Readonly<Record<Format, readonly Change[]>> = {
  'anthropic-messages': [],
  'openai-chat': [
    ['without its chunk', /data: [^\n]*"choices":\[\][^\n]*\n\n/g, ''],
    ['null on every chunk', /"choices":\[\{/g, '"usage":null,"choices":[{'],
    [
      'growing on every chunk',
      /"choices":\[\{/g,
      '"usage":{"prompt_tokens":12,"completion_tokens":1},"choices":[{',
    ],
  ],
  'openai-responses': [
    [
      'on every event',
      /"type":"response\.(?=output)/g,
      '"response":{"usage":{"input_tokens":12,"output_tokens":1}},"type":"response.',
    ],
  ],
  gemini: [
    ['null on every chunk', /"index":0\}\],(?!"usage)/g, '"index":0}],"usageMetadata":null,'],
    [
      // As Google does.
      'growing on every chunk',
      /"index":0\}\],(?!"usage)/g,
      '"index":0}],"usageMetadata":{"promptTokenCount":12,"totalTokenCount":12},',
    ],
    [
      'in a chunk of its own',
      /,("usageMetadata":\{[^}]*\})(.*)/,
      '$2\n\ndata: {$1,"modelVersion":"scripted-model"}',
    ],
    [
      'before the finish reason',
      /(data: [^\n]*)(,"usageMetadata":\{[^}]*\})/,
      'data: {"x":1$2}\n\n$1',
    ],
  ],
};

function usageChanges(format: Format): readonly Change[] {
  const count = counts[format];
  return [
    ['missing', new RegExp(`,${usage.source}`, 'g'), ''],
    ['null', usage, '"$1":null'],
    ['of zeros', new RegExp(`"(${count})":\\d+`, 'g'), '"$1":0'],
    ['of null', new RegExp(`"(${count})":\\d+`, 'g'), '"$1":null'],
    ['of strings', new RegExp(`"(${count})":(\\d+)`, 'g'), '"$1":"$2"'],
    ...usagePlaces[format],
  ];
}

function changed(text: string, changes: readonly Change[]): readonly (readonly [string, string])[] {
  return changes
    .map(([place, pattern, by]) => [place, text.replace(pattern, by)] as const)
    .filter(([, other]) => other !== text);
}

const late = openaiChatChunk({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 7 } });

export const gapFaults: readonly Fault[] = [
  {
    name: 'a JSON answer with gaps',
    combinations: (format) =>
      changed(healthyJson(format), jsonGaps).map(([place, text]) => whole(place, jsonOf(text))),
  },
  {
    name: 'usage in an unusual place',
    combinations: (format): readonly Combination[] =>
      changed(joined(healthyStream(format)), usageChanges(format)).map(([place, text]) =>
        whole(place, streamOf(text)),
      ),
  },
  {
    name: 'usage behind the end marker',
    formats: ['openai-chat'],
    combinations: (format) => [
      whole('behind [DONE]', streamOf(joined(healthyStream(format)) + late)),
    ],
  },
];
