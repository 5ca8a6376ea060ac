import * as z from 'zod/mini';
import { phrase } from '../proxy/phrase';
import { maxChainLength } from '../proxy/scenarioNames';
import { efforts, requestClasses } from '../proxy/types';
import { said } from './faultWords';
import { parametersSchema } from './providerSchema';

/** `provider/model`; the model's own name may hold further slashes. */
export const targetNamePattern = /^[a-z0-9][a-z0-9._-]*\/\S+$/i;

const targetNameSchema = z.lazy(() =>
  z
    .string()
    .check(z.regex(targetNamePattern, said(phrase('A model is written “provider/model”.')))),
);

const chainSchema = z
  .array(targetNameSchema)
  .check(
    z.minLength(1, said(phrase('A fallback chain needs at least one “provider/model”.'))),
    z.maxLength(
      maxChainLength,
      said(phrase('A fallback chain has at most {0} models.', maxChainLength)),
    ),
  );

const globsSchema = z.lazy(() => z.array(z.string().check(z.minLength(1))).check(z.minLength(1)));

const phrasesSchema = z.lazy(() =>
  z
    .array(
      z
        .string()
        .check(z.regex(/[\p{L}\p{N}]/u, said(phrase('A phrase needs a letter or a digit.')))),
    )
    .check(z.minLength(1)),
);

const conditionsSchema = z.lazy(() =>
  z
    .strictObject({
      requestedModel: z.optional(globsSchema).register(z.globalRegistry, {
        description: 'Globs over the model that the client asks for; one must match.',
      }),
      inputTokensAbove: z.optional(z.int().check(z.gte(0))).register(z.globalRegistry, {
        description: 'The request is longer than this many tokens (estimated).',
      }),
      inputTokensBelow: z.optional(z.int().check(z.gte(0))).register(z.globalRegistry, {
        description: 'The request is shorter than this many tokens (estimated).',
      }),
      hasImages: z
        .optional(z.boolean())
        .register(z.globalRegistry, { description: 'The request holds images.' }),
      hasTools: z
        .optional(z.boolean())
        .register(z.globalRegistry, { description: 'The request declares tools.' }),
      toolNames: z.optional(globsSchema).register(z.globalRegistry, {
        description:
          'Globs over the names of the tools that the request declares, such as “mcp__github__*”; one tool must match.',
      }),
      thinking: z
        .optional(z.boolean())
        .register(z.globalRegistry, { description: 'The client asks for thinking.' }),
      effortAtLeast: z
        .optional(z.enum(efforts))
        .register(z.globalRegistry, { description: 'The client asks for at least this effort.' }),
      maxOutputTokensBelow: z.optional(z.int().check(z.gte(1))).register(z.globalRegistry, {
        description: 'The client allows fewer output tokens than this.',
      }),
      stream: z
        .optional(z.boolean())
        .register(z.globalRegistry, { description: 'The client asks for a stream.' }),
      requestClass: z
        .optional(z.array(z.enum(requestClasses)).check(z.minLength(1)))
        .register(z.globalRegistry, {
          description:
            'What the request is for: the client’s own hint, else inferred; one must match. “auxiliary”: titles, summaries, checks, searches; “compaction”: the summary of a conversation that has grown too long.',
        }),
      agentType: z.optional(globsSchema).register(z.globalRegistry, {
        description: 'Globs over the type of the sub-agent, such as “Explore”.',
      }),
      client: z.optional(globsSchema).register(z.globalRegistry, {
        description: 'Globs over the User-Agent of the client, such as “claude-cli/*”.',
      }),
      lastUserMessageContains: z.optional(phrasesSchema).register(z.globalRegistry, {
        description:
          'Words or phrases, in any language; one must stand, as whole words, in what the person typed last. Tool results, reminders of the agent and the system prompt do not count.',
      }),
    })
    .register(z.globalRegistry, {
      description: 'When the scenario applies: all listed conditions must hold.',
    }),
);

const scenarioSchema = z.lazy(() =>
  z
    .strictObject({
      when: z.optional(conditionsSchema),
      priority: z
        .optional(z.int().check(z.gte(-1_000_000), z.lte(1_000_000)))
        .register(z.globalRegistry, {
          description: 'Scenarios with a higher number are asked first.',
        }),
      // Overrides use the same chain: the texts of this place go to a copy of it.
      models: z.clone(chainSchema).register(z.globalRegistry, {
        description: 'The fallback chain: “provider/model”, tried in this order.',
        examples: [['opencode-go/glm-5.3', 'opencode-go/kimi-k2.7-code']],
      }),
      parameters: z.optional(parametersSchema),
    })
    .register(z.globalRegistry, {
      defaultSnippets: [
        { label: 'Fallback chain', body: { models: ['opencode-go/glm-5.3'] } },
        {
          label: 'Fallback chain with conditions',
          body: {
            when: { inputTokensAbove: 60_000 },
            models: ['opencode-go/glm-5.3', 'opencode-go/kimi-k2.7-code'],
          },
        },
      ],
    }),
);

export const scenariosSchema = z.record(
  z
    .string()
    .check(
      z.regex(
        /^[a-z][a-z0-9_-]*$/i,
        said(
          phrase('A scenario’s name has letters, digits, “_” and “-”, and begins with a letter.'),
        ),
      ),
    ),
  scenarioSchema,
);

export const modelOverridesSchema = z.record(
  z.string().check(z.minLength(1, said(phrase('The glob over the requested model is empty.')))),
  z.union([z.string().check(z.minLength(1)), chainSchema], {
    error: said(phrase('Expected the name of a scenario or a list of “provider/model”.')),
  }),
);
