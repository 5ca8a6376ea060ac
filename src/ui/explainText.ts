import { render } from '../proxy/phrase';
import { type AttemptTrace, type RequestTrace, servingAttempt } from '../proxy/requestTrace';
import { assertNever, type RequestFacts } from '../proxy/types';
import { count, duration, money, timeOfDay, yesOrNo } from './figures';
import { keyOwner } from './keySlots';
import { escapeMarkdown, markdownTable } from './markdown';
import type { Translate } from './translate';

/** How one request was routed, as a Markdown page. All names and reasons from elsewhere are escaped. Pure. */
export function explainMarkdown(trace: RequestTrace, t: Translate): string {
  return [
    `# ${escapeMarkdown(t('Request {0}', trace.id))}`,
    summary(trace, t),
    ...(trace.failure === undefined ? [] : [failureSentence(trace, t)]),
    `## ${t('What was tried')}`,
    triedTable(trace, t),
    ...(trace.attempts.some(hasCourse) ? [escapeMarkdown(legend(t))] : []),
    `## ${t('Which rule decided')}`,
    rules(trace, t),
    `## ${t('What was measured')}`,
    factsTable(trace.facts, t),
    ...(trace.usage === undefined ? [] : [`## ${t('Tokens and cost')}`, usageTable(trace, t)]),
  ].join('\n\n');
}

/** A line of a table of two columns, in plain words. */
export type NamedValue = readonly [name: string, value: string];

/** What became of a request, in a few words: of the model that served it, where one did. */
export function outcomeInWords(trace: RequestTrace, t: Translate): string {
  const { outcome, failure } = trace;
  const target = servingAttempt(trace)?.target ?? '';
  switch (outcome) {
    case undefined:
      return t('running');
    case 'served':
      return t('served by {0}', target);
    case 'brokeOff':
      return target === '' ? t('broke off') : t('{0} broke off', target);
    case 'failed':
      return failure === undefined
        ? t('not served')
        : t('not served: {0}', render(failure.words, t));
    case 'cancelled':
      return t('ended by the client');
    case 'answeredHere':
      return t('answered by Switchyard itself');
    default:
      return assertNever(outcome);
  }
}

/** When it was, how long it took, and what it cost, as far as that is known. */
export function figuresOf(trace: RequestTrace, t: Translate): string {
  const { startedAt, endedAt } = trace;
  const ttft = servingAttempt(trace)?.firstContentAt;
  const figures = [
    timeOfDay(startedAt),
    ...(endedAt === undefined ? [] : [duration(endedAt - startedAt)]),
    ...(ttft === undefined ? [] : [t('first content after {0}', duration(ttft - startedAt))]),
    ...(trace.cost === undefined ? [] : [money(trace.cost)]),
  ];
  return figures.join(' · ');
}

function summary(trace: RequestTrace, t: Translate): string {
  const { scenario, reason } = trace;
  const outcome = capitalized(outcomeInWords(trace, t));
  const lines = [
    `**${escapeMarkdown(outcome)}**`,
    escapeMarkdown(figuresOf(trace, t)),
    t('Scenario {0}: {1}.', `**${escapeMarkdown(scenario)}**`, escapeMarkdown(render(reason, t))),
  ];
  if (trace.moved !== undefined) lines.push(escapeMarkdown(moveInWords(trace.moved, t)));
  return lines.join('  \n');
}

export function moveInWords(
  { from, to, why }: NonNullable<RequestTrace['moved']>,
  t: Translate,
): string {
  return t('The conversation moved from {0} to {1}: {2}.', from, to, render(why, t));
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function failureSentence({ failure, status }: RequestTrace, t: Translate): string {
  const words = escapeMarkdown(render(failure?.words ?? '', t));
  return status === undefined
    ? t('The client was told: {0}.', `**${words}**`)
    : t('The client was told: {0}, with status {1}.', `**${words}**`, status);
}

/** The links of the chain that no attempt was made of, each with the reason. */
export function untriedRows(
  { attempts, chain, skipped, outcome }: RequestTrace,
  t: Translate,
): readonly (readonly [name: string, result: string])[] {
  const tried = new Set(attempts.map(({ target }) => target));
  const isDone = outcome === 'served' || outcome === 'brokeOff';
  const untried = isDone ? t('not needed') : outcome === undefined ? t('next') : t('not asked');
  return [
    ...chain.filter((name) => !tried.has(name)).map((name) => [name, untried] as const),
    ...skipped.map(({ name, reason }) => [name, t('left out: {0}', render(reason, t))] as const),
  ];
}

function triedTable(trace: RequestTrace, t: Translate): string {
  const { attempts } = trace;
  const isStreamed = attempts.some(({ firstContentAt }) => firstContentAt !== undefined);
  return markdownTable(
    [
      [t('Model'), 'left'],
      [t('Result'), 'left'],
      [isStreamed ? t('First content') : '', 'right'],
      [t('Time'), 'right'],
      [t('Course'), 'left'],
    ],
    [
      ...attempts.map((attempt) => attemptRow(attempt, trace, t)),
      ...untriedRows(trace, t).map((row) => [...row, '', '', ''].map(escapeMarkdown)),
    ],
  );
}

function attemptRow(attempt: AttemptTrace, trace: RequestTrace, t: Translate): readonly string[] {
  const { target, credential, startedAt, firstContentAt, endedAt } = attempt;
  const isTimed = hasCourse(attempt);
  return [
    escapeMarkdown(keyOwner(target, credential, t)),
    escapeMarkdown(attemptResult(attempt, trace, t)),
    firstContentAt === undefined ? '' : duration(firstContentAt - startedAt),
    endedAt === undefined || !isTimed ? '' : duration(endedAt - startedAt),
    isTimed ? `\`${courseBar(attempt, trace)}\`` : '',
  ];
}

export function attemptResult(
  attempt: AttemptTrace,
  { outcome }: RequestTrace,
  t: Translate,
): string {
  const words = render(attempt.failure?.words ?? '', t);
  switch (attempt.origin) {
    case 'remembered':
      return t('not asked: {0} (remembered)', words);
    case 'missing':
      return t('not asked: {0}', words);
    case 'outdated':
      return t('{0}; asked again with the new key', words);
    case 'attempted':
      if (attempt.failure !== undefined) return words;
      if (outcome === 'served') return t('served');
      return outcome === undefined ? t('running') : t('broke off');
  }
}

/** Memory answers at once: there is nothing to draw. */
export function hasCourse({ origin }: AttemptTrace): boolean {
  return origin === 'attempted' || origin === 'outdated';
}

const barCells = 24;
const signs = { before: '·', waiting: '░', thinking: '▒', answering: '█' } as const;

function legend(t: Translate): string {
  return t(
    '{0} waiting, {1} thinking, {2} answering',
    signs.waiting,
    signs.thinking,
    signs.answering,
  );
}

/** When within the request the attempt waited, thought and answered. */
function courseBar(attempt: AttemptTrace, { startedAt, endedAt, attempts }: RequestTrace): string {
  const lastKnown = attempts.flatMap((one) => [
    one.startedAt,
    one.firstContentAt ?? 0,
    one.firstTextAt ?? 0,
    one.endedAt ?? 0,
  ]);
  const until = endedAt ?? Math.max(startedAt, ...lastKnown);
  const cellOf = (at: number) =>
    until === startedAt
      ? barCells
      : Math.round(((at - startedAt) / (until - startedAt)) * barCells);
  const begin = Math.min(cellOf(attempt.startedAt), barCells - 1);
  // However short, it is seen.
  const end = Math.max(cellOf(attempt.endedAt ?? until), begin + 1);
  const content = attempt.firstContentAt === undefined ? end : cellOf(attempt.firstContentAt);
  const text = attempt.firstTextAt === undefined ? end : cellOf(attempt.firstTextAt);
  let bar = '';
  for (let cell = 0; cell < end; cell += 1) {
    if (cell < begin) bar += signs.before;
    else if (cell < content) bar += signs.waiting;
    else bar += cell < text ? signs.thinking : signs.answering;
  }
  return bar;
}

function rules({ considered, reason, scenario }: RequestTrace, t: Translate): string {
  if (considered.length === 0)
    return `**${escapeMarkdown(scenario)}**: ${escapeMarkdown(render(reason, t))}`;
  return markdownTable(
    [
      ['', 'left'],
      [t('Rule'), 'left'],
      [t('Why'), 'left'],
    ],
    considered.map(({ rule, matched, why }) => {
      const name = escapeMarkdown(render(rule, t));
      return [matched ? '✓' : '–', matched ? `**${name}**` : name, escapeMarkdown(render(why, t))];
    }),
  );
}

export function factRows(facts: RequestFacts, t: Translate): readonly NamedValue[] {
  const { agentType, effort, maxOutputTokens, thinking } = facts;
  return [
    [t('Model asked for'), facts.requestedModel],
    [t('Client'), facts.userAgent === '' ? '-' : facts.userAgent],
    [t('Session'), facts.sessionId],
    [t('Kind of request'), facts.requestClass + (agentType === undefined ? '' : ` (${agentType})`)],
    [t('Input'), t('about {0} tokens', count(facts.inputTokens))],
    [t('Images'), yesOrNo(facts.hasImages, t)],
    [t('Tools'), yesOrNo(facts.hasTools, t)],
    [t('Thinking'), yesOrNo(thinking, t)],
    ...(effort === undefined ? [] : [[t('Effort'), effort] as const]),
    ...(maxOutputTokens === undefined
      ? []
      : [[t('Longest answer'), t('{0} tokens', count(maxOutputTokens))] as const]),
    [t('Streamed'), yesOrNo(facts.stream, t)],
  ];
}

function factsTable(facts: RequestFacts, t: Translate): string {
  return markdownTable(
    [
      [t('Fact'), 'left'],
      [t('Value'), 'left'],
    ],
    factRows(facts, t).map((row) => row.map(escapeMarkdown)),
  );
}

/** Empty where the upstream told no usage. */
export function usageRows(
  { usage, cost, costWithoutCache, costOnDefault }: RequestTrace,
  t: Translate,
): readonly NamedValue[] {
  if (usage === undefined) return [];
  return [
    [t('Fresh input'), t('{0} tokens', count(usage.inputTokens))],
    [t('Read from the cache'), t('{0} tokens', count(usage.cacheReadTokens))],
    [t('Written to the cache'), t('{0} tokens', count(usage.cacheWriteTokens))],
    [t('Output'), t('{0} tokens', count(usage.outputTokens))],
    [t('Cost'), cost === undefined ? t('not known: the catalogue has no price') : money(cost)],
    ...(cost === undefined || costWithoutCache === undefined
      ? []
      : [[t('Saved by the cache'), money(costWithoutCache - cost)] as const]),
    ...(costOnDefault === undefined
      ? []
      : [[t('On the default chain it would have cost'), money(costOnDefault)] as const]),
  ];
}

function usageTable(trace: RequestTrace, t: Translate): string {
  return markdownTable(
    [
      [t('Kind'), 'left'],
      [t('Value'), 'right'],
    ],
    usageRows(trace, t).map((row) => row.map(escapeMarkdown)),
  );
}
