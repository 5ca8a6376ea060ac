// `npm run catalogue`: makes src/proxy/catalogue.json, the model facts that are shipped, from one pinned npm package.
// With `--check` it only compares.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import {
  type Effort,
  efforts,
  type ModelFacts,
  type ModelQuirks,
  type Price,
  type WireFormat,
} from '../src/proxy/types';
import { installOnce, npm, writeEmptyPackage } from '../test/support/cache';
import { runOrThrow } from '../test/support/processes';

// pi's catalogue: MIT, made from models.dev and the providers' own lists, and it knows what each endpoint refuses. Only
// its data files are used; as a dependency it would bring the SDKs of every vendor along.
const PACKAGE = '@earendil-works/pi-ai';
const VERSION = '1.5.2';
const SHA512 =
  '2tWPSnV3qzfiDIY3aWluBag3vC++Vs+VsXt/UquSU5onPMohPih72FUhIhaqmDdMYubOgB3Byl9uF4Vk40JLvQ==';
const AS_OF = '2026-11-10';

const projectFolder = path.resolve(__dirname, '..');
export const catalogueFile = path.join(projectFolder, 'src/proxy/catalogue.json');

/** Our provider → the package's. */
const sources = {
  'opencode-go': 'opencode-go',
  'opencode-zen': 'opencode',
  anthropic: 'anthropic',
  openai: 'openai',
  openrouter: 'openrouter',
  deepseek: 'deepseek',
  moonshot: 'moonshotai',
  zai: 'zai',
} as const;

/** OpenRouter lists hundreds: of these vendors, without the variants behind a colon. Its own list brings the others. */
const openrouterModels =
  /^(anthropic|openai|google|x-ai|deepseek|moonshotai|z-ai|qwen|minimax|xiaomi|mistralai)\/[^:]+$/;

const wireFormats: Readonly<Record<string, WireFormat>> = {
  'anthropic-messages': 'anthropic-messages',
  'openai-completions': 'openai-chat',
  'openai-responses': 'openai-responses',
  'google-generative-ai': 'gemini',
};

const levelSchema = z.optional(z.nullable(z.string()));
const modelSchema = z.object({
  type: z.string(),
  id: z.string(),
  api: z.string(),
  reasoning: z.optional(z.boolean()),
  input: z.array(z.string()),
  cost: z.object({
    input: z.number(),
    output: z.number(),
    cacheRead: z.number(),
    cacheWrite: z.number(),
    tiers: z.optional(
      z.array(
        z.object({
          inputTokensAbove: z.number(),
          input: z.number(),
          output: z.number(),
          cacheRead: z.number(),
          cacheWrite: z.number(),
        }),
      ),
    ),
  }),
  contextWindow: z.number(),
  maxTokens: z.optional(z.number()),
  thinkingLevelMap: z.optional(
    z.object({
      off: levelSchema,
      minimal: levelSchema,
      low: levelSchema,
      medium: levelSchema,
      high: levelSchema,
      xhigh: levelSchema,
      max: levelSchema,
    }),
  ),
  compat: z.optional(z.record(z.string(), z.unknown())),
});
type Model = z.infer<typeof modelSchema>;

const groupsSchema = z.record(z.string(), z.record(z.string(), z.looseObject({})));

/** The text of the catalogue as the pinned package gives it; one line for each model, so that changes can be read. */
export async function generateCatalogue(): Promise<string> {
  const folder = await installOnce({
    name: `model-facts-${VERSION}`,
    announcement: `Fetching ${PACKAGE} ${VERSION} (the data behind the model catalogue, 1 MB, once)`,
    install: unpackPackage,
  });
  const providers = Object.entries(sources).map(([ours, theirs]) => {
    const file = path.join(folder, 'package/dist/providers/data', `${theirs}.json`);
    return providerText(ours, readModels(file));
  });
  const head = `"asOf": "${AS_OF}",\n  "source": "${PACKAGE}@${VERSION}"`;
  return `{\n  ${head},\n  "providers": {\n${providers.join(',\n')}\n  }\n}\n`;
}

async function unpackPackage(folder: string): Promise<void> {
  writeEmptyPackage(folder);
  await npm(['pack', `${PACKAGE}@${VERSION}`], { cwd: folder });
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw new Error(`npm gave no archive of ${PACKAGE}`);
  const hash = createHash('sha512').update(readFileSync(path.join(folder, archive)));
  if (hash.digest('base64') !== SHA512) throw new Error(`${PACKAGE} ${VERSION} is not what it was`);
  await runOrThrow('tar', ['-xzf', archive, 'package/dist/providers/data'], { cwd: folder });
  rmSync(path.join(folder, archive));
}

function readModels(file: string): readonly Model[] {
  const groups = groupsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return Object.values(groups)
    .flatMap((models) => Object.values(models))
    .filter(({ type, api }) => type === 'chat' && Object.hasOwn(wireFormats, String(api)))
    .map((model) => modelSchema.parse(model))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function providerText(provider: string, models: readonly Model[]): string {
  const kept = models.filter(({ id }) => provider !== 'openrouter' || openrouterModels.test(id));
  const lines = kept.map(
    (model) => `      ${JSON.stringify(model.id)}: ${JSON.stringify(factsOf(provider, model))}`,
  );
  return `    "${provider}": {\n${lines.join(',\n')}\n    }`;
}

function factsOf(provider: string, model: Model): ModelFacts {
  const { cost, maxTokens } = model;
  // OpenRouter serves every model over Chat Completions, which is how we reach it.
  const wireFormat = provider === 'openrouter' ? 'openai-chat' : wireFormats[model.api];
  const [tier] = cost.tiers ?? [];
  // Elsewhere than at OpenCode nothing is free: no price is known.
  const isPriced = provider.startsWith('opencode') || cost.input + cost.output > 0;
  const quirks = quirksOf(model);
  const levels = effortsOf(model);
  return {
    wireFormat,
    context: model.contextWindow,
    ...(maxTokens === undefined ? {} : { maxOutput: maxTokens }),
    images: model.input.includes('image'),
    ...(isPriced ? { price: priceOf(cost) } : {}),
    ...(isPriced && tier !== undefined
      ? { priceAbove: { inputTokens: tier.inputTokensAbove, price: priceOf(tier) } }
      : {}),
    ...(levels === undefined ? {} : { efforts: levels }),
    ...(Object.keys(quirks).length === 0 ? {} : { quirks }),
  };
}

function priceOf({ input, output, cacheRead, cacheWrite }: Omit<Model['cost'], 'tiers'>): Price {
  return [input, output, cacheRead, cacheWrite];
}

function quirksOf({ compat = {}, thinkingLevelMap: levels, reasoning }: Model): ModelQuirks {
  const says = (name: string, value: boolean) => compat[name] === value;
  const takesNoEffort = says('supportsReasoningEffort', false) || reasoning === false;
  const needsReasoning = says('requiresReasoningContentOnAssistantMessages', true);
  return {
    ...(needsReasoning ? { reasoningContentInHistory: true } : {}),
    ...(says('supportsTemperature', false) ? { noTemperature: true } : {}),
    ...(takesNoEffort ? { noReasoningEffort: true } : {}),
    ...(levels?.off === null ? { thinkingAlwaysOn: true } : {}),
    ...(says('forceAdaptiveThinking', true) ? { adaptiveThinking: true } : {}),
    ...(says('allowEmptySignature', true) ? { emptySignatureOk: true } : {}),
    ...(says('supportsMidConvoSystemMessages', true) ? { midConversationSystem: true } : {}),
    ...(levels?.off === 'none' ? { effortForOff: 'none' } : {}),
  };
}

/** The efforts that a model takes; undefined where nothing is known of them. */
function effortsOf({ thinkingLevelMap: levels }: Model): readonly Effort[] | undefined {
  if (levels === undefined || Object.keys(levels).every((name) => name === 'off')) return undefined;
  const taken: readonly unknown[] = [
    levels.minimal,
    // Absent means as usual, for these three.
    levels.low === undefined ? 'low' : levels.low,
    levels.medium === undefined ? 'medium' : levels.medium,
    levels.high === undefined ? 'high' : levels.high,
    levels.xhigh,
    levels.max,
  ];
  return efforts.filter((effort) => effort !== 'none' && taken.includes(effort));
}

async function main(): Promise<void> {
  const text = await generateCatalogue();
  if (!process.argv.includes('--check')) return writeFileSync(catalogueFile, text);
  if (readFileSync(catalogueFile, 'utf8') === text) return;
  console.error('src/proxy/catalogue.json differs from what is generated (npm run catalogue)');
  process.exitCode = 1;
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
