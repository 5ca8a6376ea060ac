import * as z from 'zod';
import { efforts, requestClasses } from '../proxy/types';
import { parametersSchema } from './providerSchema';

/** `provider/model`; the model's own name may hold further slashes. */
const targetNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*\/\S+$/i, 'A model is written “provider/model”.');

const chainSchema = z
  .array(targetNameSchema)
  .min(1, 'A fallback chain needs at least one “provider/model”.')
  .max(32, 'A fallback chain has at most 32 models.');

const globsSchema = z.array(z.string().min(1)).min(1);

const conditionsSchema = z
  .strictObject({
    requestedModel: globsSchema.optional().meta({
      description: 'Globs over the model that the client asks for; one must match.',
    }),
    inputTokensAbove: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'The request is longer than this many tokens (estimated).' }),
    inputTokensBelow: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'The request is shorter than this many tokens (estimated).' }),
    hasImages: z.boolean().optional().meta({ description: 'The request holds images.' }),
    hasTools: z.boolean().optional().meta({ description: 'The request declares tools.' }),
    thinking: z.boolean().optional().meta({ description: 'The client asks for thinking.' }),
    effortAtLeast: z
      .enum(efforts)
      .optional()
      .meta({ description: 'The client asks for at least this effort.' }),
    maxOutputTokensBelow: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'The client allows fewer output tokens than this.' }),
    stream: z.boolean().optional().meta({ description: 'The client asks for a stream.' }),
    requestClass: z
      .array(z.enum(requestClasses))
      .min(1)
      .optional()
      .meta({ description: 'What the client says the request is for; one must match.' }),
    agentType: globsSchema
      .optional()
      .meta({ description: 'Globs over the type of the sub-agent, such as “Explore”.' }),
    client: globsSchema
      .optional()
      .meta({ description: 'Globs over the User-Agent of the client, such as “claude-cli/*”.' }),
  })
  .meta({ description: 'When the scenario applies: all listed conditions must hold.' });

export const scenariosSchema = z.record(
  z.string().regex(/^[a-z][a-z0-9_-]*$/i, 'A scenario’s name has letters, digits, “_” and “-”.'),
  z
    .strictObject({
      when: conditionsSchema.optional(),
      priority: z
        .int()
        .min(-1_000_000)
        .max(1_000_000)
        .optional()
        .meta({ description: 'Scenarios with a higher number are asked first.' }),
      models: chainSchema.meta({
        description: 'The fallback chain: “provider/model”, tried in this order.',
        examples: [['opencode-go/glm-5.3', 'opencode-go/kimi-k2.7-code']],
      }),
      parameters: parametersSchema.optional(),
    })
    .meta({
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

export const modelOverridesSchema = z.record(
  z.string().min(1, 'The glob over the requested model is empty.'),
  z.union([z.string().min(1), chainSchema], {
    error: 'Expected the name of a scenario or a list of “provider/model”.',
  }),
);
