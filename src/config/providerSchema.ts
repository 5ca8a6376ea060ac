import * as z from 'zod/mini';
import { loopbackHosts } from '../proxy/keyOrigins';
import { phrase } from '../proxy/phrase';
import { keyMark, placesKey } from '../proxy/providerCall';
import { mergeProviders } from '../proxy/providers';
import { efforts, type Provider, wireFormats } from '../proxy/types';
import { baseUrlFault, normalizedUrl } from './baseUrl';
import { said } from './faultWords';
import { headerFault, queryFault } from './headerRules';
import { isBuiltInProvider } from './references';

/** Parameters that a scenario or a model sets. */
export const parametersSchema = z.lazy(() =>
  z
    .strictObject({
      temperature: z
        .optional(z.number().check(z.gte(0), z.lte(2)))
        .register(z.globalRegistry, { description: 'Sampling temperature.' }),
      maxOutputTokens: z
        .optional(z.int().check(z.gte(1), z.lte(10_000_000)))
        .register(z.globalRegistry, { description: 'Upper limit of the answer, in tokens.' }),
      effort: z
        .optional(z.enum(efforts))
        .register(z.globalRegistry, { description: 'Reasoning effort.' }),
      thinking: z.optional(z.enum(['enabled', 'disabled'])).register(z.globalRegistry, {
        description: 'Switches thinking on or off, where the model can.',
      }),
    })
    .register(z.globalRegistry, { description: 'Parameters that win over those of the client.' }),
);

const wireFormatSchema = z.lazy(() =>
  z.enum(wireFormats).register(z.globalRegistry, {
    description: 'The request format of the upstream.',
    enumDescriptions: [
      'Anthropic Messages, at <baseUrl>/messages',
      'OpenAI Chat Completions, at <baseUrl>/chat/completions',
      'OpenAI Responses, at <baseUrl>/responses',
      'Gemini, at <baseUrl>/models/<model>:streamGenerateContent',
    ],
  }),
);

const modelSchema = z.lazy(() =>
  z.strictObject({
    wireFormat: z.optional(wireFormatSchema),
    context: z
      .optional(z.int().check(z.gte(1), z.lte(100_000_000)))
      .register(z.globalRegistry, { description: 'Context window, in tokens.' }),
    maxOutput: z
      .optional(z.int().check(z.gte(1), z.lte(10_000_000)))
      .register(z.globalRegistry, { description: 'Longest answer, in tokens.' }),
    images: z
      .optional(z.boolean())
      .register(z.globalRegistry, { description: 'Whether the model reads images.' }),
    tools: z
      .optional(z.boolean())
      .register(z.globalRegistry, { description: 'Whether the model can call tools.' }),
    serverTools: z
      .optional(
        z.array(
          z
            .string()
            .check(
              z.regex(
                /^[a-z_]+$/,
                said(phrase('Expected a family of tools, such as “web_search”.')),
              ),
            ),
        ),
      )
      .register(z.globalRegistry, {
        description:
          'Server tools of Anthropic’s API that this provider runs itself for the model, such as “web_search”. Only in the format anthropic-messages.',
      }),
    parameters: z.optional(parametersSchema),
  }),
);

const baseUrlSchema = z.lazy(() =>
  z
    .string()
    .check(
      z.superRefine((text, context) => {
        const fault = baseUrlFault(text);
        if (fault !== undefined) context.addIssue({ code: 'custom', message: said(fault) });
      }),
      z.overwrite(normalizedUrl),
    )
    .register(z.globalRegistry, {
      description:
        'Address of the API up to, but without, /messages or /chat/completions: https, or http on this machine. In a private network http too, if the host takes no key (`credential` is `none`).',
      pattern: '^https?://',
      patternErrorMessage: 'A base URL begins with https:// or http://.',
    }),
);

const keySlotSchema = z.lazy(() =>
  z
    .string()
    .check(
      z.regex(
        /^[a-z0-9][a-z0-9._-]*$/i,
        said(phrase('A key slot has letters, digits, “.”, “_” and “-”.')),
      ),
    ),
);

const maxKeySlots = 8;

const keySlotsSchema = z.lazy(() =>
  z
    .array(keySlotSchema)
    .check(
      z.minLength(
        1,
        said(phrase('Expected at least one key slot; “none” alone means that no key is sent.')),
      ),
      z.maxLength(maxKeySlots),
      z.refine(
        (slots) => !slots.includes('none'),
        said(phrase('In a list, “none” has no meaning: it stands alone.')),
      ),
      z.refine(
        (slots) => new Set(slots).size === slots.length,
        said(phrase('A key slot is named twice.')),
      ),
    )
    .register(z.globalRegistry, { uniqueItems: true }),
);

const credentialSchema = z.lazy(() =>
  z
    .optional(
      z.union(
        [keySlotSchema, keySlotsSchema],
        said(
          phrase('Expected the name of a key slot, or a list of up to {0} of them.', maxKeySlots),
        ),
      ),
    )
    .register(z.globalRegistry, {
      description:
        'Name of the key slot (not the key). Providers with the same slot share one key; “none” means that no key is sent. Several slots in a list: the next one is used when a key is rejected or used up, and a conversation keeps its key. Default: the id of the provider.',
    }),
);

const headersSchema = z.lazy(() =>
  z
    .optional(z.record(z.string(), z.string()))
    .check(
      z.superRefine((headers, context) => {
        const names = new Set<string>();
        for (const [name, value] of Object.entries(headers ?? {})) {
          const isTwice = names.has(name.toLowerCase());
          names.add(name.toLowerCase());
          const fault = isTwice ? phrase('This header is given twice.') : headerFault(name, value);
          if (fault !== undefined) {
            context.addIssue({ code: 'custom', path: [name], message: said(fault) });
          }
        }
      }),
    )
    .register(z.globalRegistry, {
      description: `Headers that are sent with every call, for gateways. No keys here: “${keyMark}” in a value stands for the API key, which is then sent in no other header.`,
    }),
);

const querySchema = z.lazy(() =>
  z
    .optional(z.record(z.string(), z.string()))
    .check(
      z.superRefine((query, context) => {
        for (const [name, value] of Object.entries(query ?? {})) {
          const fault = queryFault(name, value);
          if (fault !== undefined) {
            context.addIssue({ code: 'custom', path: [name], message: said(fault) });
          }
        }
      }),
    )
    .register(z.globalRegistry, {
      description:
        'Query parameters that are added to the URL of every call, such as “api-version”.',
    }),
);

const providerSchema = z.lazy(() =>
  z
    .strictObject({
      baseUrl: z.optional(baseUrlSchema),
      wireFormat: z.optional(wireFormatSchema),
      credential: credentialSchema,
      headers: headersSchema,
      query: querySchema,
      models: z
        .optional(z.record(z.string().check(z.minLength(1)), modelSchema))
        .register(z.globalRegistry, { description: 'What is known of each model, by its id.' }),
    })
    .register(z.globalRegistry, {
      defaultSnippets: [
        {
          label: 'Provider',
          body: { baseUrl: 'https://$1/v1', wireFormat: 'openai-chat', models: { $2: {} } },
        },
      ],
    }),
);

export const providersSchema = z
  .record(
    z
      .string()
      .check(
        z.regex(
          /^[a-z0-9][a-z0-9._-]*$/i,
          said(phrase('A provider id has letters, digits, “.”, “_” and “-”.')),
        ),
      ),
    providerSchema,
  )
  .check(
    z.superRefine((providers, context) => {
      for (const [id, entry] of Object.entries(providers)) {
        if (entry.baseUrl === undefined && !isBuiltInProvider(id)) {
          const message = said(phrase('A provider of your own needs a baseUrl.'));
          context.addIssue({ code: 'custom', path: [id], message });
        } else if (wantsMissingKey(mergeProviders({ [id]: entry }).get(id))) {
          const message = said(
            phrase(
              'This provider takes no key that {0} could stand for; name a key slot in “credential”.',
              keyMark,
            ),
          );
          context.addIssue({ code: 'custom', path: [id, 'headers'], message });
        } else if (wouldShowKey(mergeProviders({ [id]: entry }).get(id))) {
          const path = [id, entry.baseUrl === undefined ? 'credential' : 'baseUrl'];
          context.addIssue({ code: 'custom', path, message: said(clearTextFault) });
        }
      }
    }),
  );

function wantsMissingKey(provider: Provider | undefined): boolean {
  return provider !== undefined && provider.credentials.length === 0 && placesKey(provider);
}

const clearTextFault = phrase(
  'An API key must not travel in clear text: use https, or set “credential” to “none” if this host takes no key.',
);

/** True for plain http to another machine from a provider that takes a key. */
function wouldShowKey(provider: Provider | undefined): boolean {
  if (provider === undefined || !URL.canParse(provider.baseUrl)) return false;
  if (provider.credentials.length === 0 || provider.isDemo === true) return false;
  const { protocol, hostname } = new URL(provider.baseUrl);
  return protocol === 'http:' && !loopbackHosts.includes(hostname);
}
