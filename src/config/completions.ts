import { catalogueModels } from '../proxy/catalogue';
import { demoModels } from '../proxy/demo';
import { builtInProviders } from '../proxy/providers';
import { type BuiltInScenarioName, builtInScenarioNames } from '../proxy/scenarioNames';
import { isList, isObject, type Json, type JsonObject } from './json';
import { targetNamePattern } from './scenarioSchema';

/** When each built-in scenario applies, for the settings editor and the README's table. In the order in which they are asked. */
export const scenarioDescriptions: Readonly<Record<BuiltInScenarioName, string>> = {
  vision: 'an image anywhere in the conversation',
  longContext: 'more than 180,000 input tokens',
  background:
    'titles, session names, safety checks and quota probes: by the client’s hint, or by the form of the request',
  think: 'effort `xhigh` or `max`',
  complex: 'the opus or fable family at effort `high`',
  fast: 'the haiku, mini, nano and flash families',
  default: 'everything else',
};

/** The schema of a setting with suggestions for the settings editor. What is valid stays the same. */
export function withCompletions(name: string, schema: JsonObject): JsonObject {
  const suggested = suggestTargets(schema);
  if (name === 'switchyard.scenarios') return { ...suggested, ...scenarioNames };
  if (name !== 'switchyard.modelOverrides') return suggested;
  const { additionalProperties } = suggested;
  const forms = isObject(additionalProperties) ? additionalProperties['anyOf'] : undefined;
  const values = { anyOf: [scenarioNameValues, ...(isList(forms) ? forms : [])] };
  return { ...suggested, ...overrideNames, additionalProperties: values };
}

/** Every model of the catalogue wherever the schema wants a target; any other may be written as well. */
function suggestTargets(schema: JsonObject): JsonObject {
  if (schema['pattern'] === targetNamePattern.source) {
    const { pattern, ...rest } = schema;
    return { ...rest, anyOf: [{ enum: knownTargets() }, { pattern }] };
  }
  const suggested = (value: Json): Json => {
    if (isObject(value)) return suggestTargets(value);
    return isList(value) ? value.map(suggested) : value;
  };
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, suggested(value)] as const),
  );
}

function knownTargets(): readonly string[] {
  return builtInProviders.flatMap((provider) => {
    const models = provider.isDemo === true ? demoModels : catalogueModels(provider);
    return models.map((model) => `${provider.id}/${model}`);
  });
}

// In a schema of its own: the editor holds `additionalProperties` against the names only that stand nowhere beside it.
function namesOf(properties: JsonObject): JsonObject {
  return { allOf: [{ properties }] };
}

/** A place of a snippet where the cursor stops, with what stands there at first. */
function field(stop: number, text: string): string {
  return `\${${stop}:${text}}`;
}

const aChain = { models: [field(1, 'opencode-go/glm-5.3')] };

const aRule = { when: { lastUserMessageContains: [field(2, 'review')] }, ...aChain };

const scenarioNames: JsonObject = {
  ...namesOf({
    ...Object.fromEntries(
      Object.entries(scenarioDescriptions).map(([name, when]) => [
        name,
        { markdownDescription: `Built in: ${when}.`, defaultSnippets: [{ body: aChain }] },
      ]),
    ),
    myScenario: {
      description: 'A scenario of your own: give it a name, conditions and a fallback chain.',
      defaultSnippets: [{ body: aRule }],
    },
  }),
  defaultSnippets: [
    { label: 'Other models for every request', body: { default: aChain } },
    { label: 'A scenario of your own', body: { [field(3, 'myScenario')]: aRule } },
  ],
};

const scenarioNameValues: JsonObject = {
  enum: builtInScenarioNames,
  markdownEnumDescriptions: builtInScenarioNames.map(
    (name) => `Built in: ${scenarioDescriptions[name]}.`,
  ),
};

/** Names that agents ask for, and where one may want to have them. */
const families: readonly (readonly [glob: string, scenario: BuiltInScenarioName])[] = [
  ['claude-opus-*', 'complex'],
  ['claude-sonnet-*', 'default'],
  ['claude-haiku-*', 'fast'],
  ['gpt-*', 'default'],
  ['gemini-*', 'default'],
];

const overrideNames: JsonObject = {
  ...namesOf(
    Object.fromEntries(
      families.map(([glob, scenario]) => [
        glob,
        {
          markdownDescription: `Where requests for \`${glob}\` go: a scenario, or a fallback chain.`,
          defaultSnippets: [{ body: field(1, scenario) }],
        },
      ]),
    ),
  ),
  defaultSnippets: [
    {
      label: 'A scenario for a family of models',
      body: { [field(1, 'claude-opus-*')]: field(2, 'complex') },
    },
    {
      label: 'A fallback chain for a family of models',
      body: { [field(1, 'claude-opus-*')]: [field(2, 'opencode-go/kimi-k3.1-pro')] },
    },
  ],
};
