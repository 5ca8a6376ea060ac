import * as z from 'zod';
import { efforts, wireFormats } from '../proxy/types';
import { isBuiltInProvider } from './references';

/** Parameters that a scenario or a model sets. */
export const parametersSchema = z
  .strictObject({
    temperature: z.number().min(0).max(2).optional().meta({ description: 'Sampling temperature.' }),
    maxOutputTokens: z
      .int()
      .min(1)
      .max(10_000_000)
      .optional()
      .meta({ description: 'Upper limit of the answer, in tokens.' }),
    effort: z.enum(efforts).optional().meta({ description: 'Reasoning effort.' }),
    thinking: z
      .enum(['enabled', 'disabled'])
      .optional()
      .meta({ description: 'Switches thinking on or off, where the model can.' }),
  })
  .meta({ description: 'Parameters that win over those of the client.' });

const wireFormatSchema = z.enum(wireFormats).meta({
  description: 'The request format of the upstream.',
  enumDescriptions: [
    'Anthropic Messages, at <baseUrl>/messages',
    'OpenAI Chat Completions, at <baseUrl>/chat/completions',
    'OpenAI Responses, at <baseUrl>/responses',
    'Gemini, at <baseUrl>/models/<model>:streamGenerateContent',
  ],
});

const modelSchema = z.strictObject({
  wireFormat: wireFormatSchema.optional(),
  context: z
    .int()
    .min(1)
    .max(100_000_000)
    .optional()
    .meta({ description: 'Context window, in tokens.' }),
  maxOutput: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .meta({ description: 'Longest answer, in tokens.' }),
  images: z.boolean().optional().meta({ description: 'Whether the model reads images.' }),
  parameters: parametersSchema.optional(),
});

const baseUrlSchema = z
  .string()
  .superRefine((text, context) => {
    const fault = baseUrlFault(text);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  })
  .overwrite((text) => text.trim().replace(/\/+$/, ''))
  .meta({
    description:
      'Address of the API up to, but without, /messages or /chat/completions: https, or http on this machine or in a private network.',
    pattern: '^https?://',
    patternErrorMessage: 'A base URL begins with https:// or http://.',
  });

export const providersSchema = z
  .record(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]*$/i, 'A provider id has letters, digits, “.”, “_” and “-”.'),
    z
      .strictObject({
        baseUrl: baseUrlSchema.optional(),
        wireFormat: wireFormatSchema.optional(),
        credential: z
          .string()
          .regex(/^[a-z0-9][a-z0-9._-]*$/i, 'A key slot has letters, digits, “.”, “_” and “-”.')
          .optional()
          .meta({
            description:
              'Name of the key slot (not the key). Providers with the same slot share one key; “none” means that no key is sent. Default: the id of the provider.',
          }),
        models: z
          .record(z.string().min(1), modelSchema)
          .optional()
          .meta({ description: 'What is known of each model, by its id.' }),
      })
      .meta({
        defaultSnippets: [
          {
            label: 'Provider',
            body: { baseUrl: 'https://$1/v1', wireFormat: 'openai-chat', models: { $2: {} } },
          },
        ],
      }),
  )
  .superRefine((providers, context) => {
    for (const [id, { baseUrl }] of Object.entries(providers)) {
      if (baseUrl !== undefined || isBuiltInProvider(id)) continue;
      const message = 'A provider of your own needs a baseUrl.';
      context.addIssue({ code: 'custom', path: [id], message });
    }
  });

/** Why `text` is no base URL that a key may be sent to, as a sentence; undefined when it is one. */
function baseUrlFault(text: string): string | undefined {
  // Not `URL.parse`, which Node 20 (the oldest for the standalone entry) does not have.
  if (!URL.canParse(text.trim())) return 'This is not an http or https address.';
  const url = new URL(text.trim());
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return 'This is not an http or https address.';
  }
  if (url.username !== '' || url.password !== '') {
    return 'A base URL holds no user name or password; set the key with “Switchyard: Set API Key”.';
  }
  if (url.search !== '' || url.hash !== '') return 'A base URL has no query and no fragment.';
  if (url.protocol === 'http:' && !isPrivateHost(url.hostname)) {
    return 'An API key must not travel in clear text; use https for hosts outside your network.';
  }
  return undefined;
}

/** Loopback, private address ranges and names that only a local resolver knows. */
function isPrivateHost(host: string): boolean {
  return (
    /^(127|10)\.\d+\.\d+\.\d+$/.test(host) ||
    /^192\.168\.\d+\.\d+$/.test(host) ||
    /^172\.(1[6-9]|2\d|3[01])\.\d+\.\d+$/.test(host) ||
    // Carrier-grade range, used by mesh networks of one's own machines.
    /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+$/.test(host) ||
    /^\[(::1|f[cd][0-9a-f]{2}:.*)\]$/.test(host) ||
    /^[a-z0-9-]+$/i.test(host) ||
    /\.(localhost|local|internal|lan|home\.arpa|invalid|test)$/i.test(host)
  );
}
