import type { ScenarioConditions } from '../proxy/conditions';
import type { ModelReport, ScenarioReport } from '../proxy/protocol';
import { type BuiltInScenarioName, builtInScenarioNames } from '../proxy/scenarioNames';
import { count, money, shortCount } from './figures';
import type { Translate } from './translate';

/** When a scenario applies, in words; `when` is the person's own rule. */
export function whenInWords(
  name: string,
  when: ScenarioConditions | undefined,
  t: Translate,
): string {
  if (when !== undefined) return conditionsInWords(when, t);
  const builtIn = builtInScenarioNames.find((one) => one === name);
  if (builtIn === undefined) return t('when asked for as scenario:{0}', name);
  const words = {
    default: t('everything else'),
    fast: t('when a small model is asked for, such as Haiku'),
    background: t('titles, summaries and other side work without tools'),
    think: t('when much thinking is asked for'),
    complex: t('when the largest model is asked for with high effort'),
    longContext: t('more than {0} tokens', count(180_000)),
    vision: t('with images'),
  } satisfies Record<BuiltInScenarioName, string>;
  return words[builtIn];
}

function conditionsInWords(when: ScenarioConditions, t: Translate): string {
  const yesOrNo = (holds: boolean | undefined, yes: string, no: string) =>
    holds === undefined ? undefined : holds ? yes : no;
  const list = (names: readonly string[] | undefined, words: (joined: string) => string) =>
    names === undefined ? undefined : words(names.join(', '));
  const limit = (tokens: number | undefined, words: (figure: string) => string) =>
    tokens === undefined ? undefined : words(count(tokens));
  const words = {
    requestedModel: list(when.requestedModel, (names) => t('asked for {0}', names)),
    inputTokensAbove: limit(when.inputTokensAbove, (figure) => t('more than {0} tokens', figure)),
    inputTokensBelow: limit(when.inputTokensBelow, (figure) => t('less than {0} tokens', figure)),
    hasImages: yesOrNo(when.hasImages, t('with images'), t('without images')),
    hasTools: yesOrNo(when.hasTools, t('with tools'), t('without tools')),
    toolNames: list(when.toolNames, (names) => t('with the tool {0}', names)),
    thinking: yesOrNo(when.thinking, t('with thinking'), t('without thinking')),
    effortAtLeast: when.effortAtLeast && t('effort at least {0}', when.effortAtLeast),
    maxOutputTokensBelow: limit(when.maxOutputTokensBelow, (figure) =>
      t('answers of less than {0} tokens', figure),
    ),
    stream: yesOrNo(when.stream, t('streaming'), t('not streaming')),
    requestClass: list(when.requestClass, (names) => t('class {0}', names)),
    agentType: list(when.agentType, (names) => t('agent {0}', names)),
    client: list(when.client, (names) => t('client {0}', names)),
    lastUserMessageContains: list(when.lastUserMessageContains, (names) =>
      t('when you write {0}', names),
    ),
  } satisfies Record<keyof ScenarioConditions, string | undefined>;
  return Object.values(words)
    .filter((one) => one !== undefined)
    .join(', ');
}

/** A chain on one line. The provider is named once for models that follow one another. */
export function chainInWords(models: readonly string[]): string {
  return models
    .map((name, index) => {
      const owner = ownerOf(name);
      return index > 0 && ownerOf(models[index - 1] ?? '') === owner
        ? name.slice(owner.length + 1)
        : name;
    })
    .join(' → ');
}

/** The chain after ticks were set or taken away: what was in it stays in place, what is new comes last. */
export function afterTicks(chain: readonly string[], ticked: readonly string[]): readonly string[] {
  const kept = chain.filter((name) => ticked.includes(name));
  return [...kept, ...ticked.filter((name) => !chain.includes(name))];
}

/** What there is to know of a model before it is chosen. */
export function modelInWords(model: ModelReport, t: Translate): string {
  const { context, images, price, isProvided } = model;
  const words = [
    !isProvided && t('no API key'),
    context !== undefined && t('{0} tokens', shortCount(context)),
    images === true && t('images'),
    price !== undefined &&
      price.input + price.output > 0 &&
      t('{0} in, {1} out per 1M', money(price.input), money(price.output)),
  ];
  return words.filter((word) => typeof word === 'string').join(' · ');
}

/** Default first, since it serves most; then in the order in which the rules are asked. */
export function inReadingOrder(scenarios: readonly ScenarioReport[]): readonly ScenarioReport[] {
  const isDefault = ({ name }: ScenarioReport): boolean => name === 'default';
  return [...scenarios.filter(isDefault), ...scenarios.filter((one) => !isDefault(one))];
}

function ownerOf(name: string): string {
  return name.split('/', 1)[0] ?? '';
}
