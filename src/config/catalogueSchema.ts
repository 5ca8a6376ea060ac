import * as z from 'zod/mini';
import { chainOwners, defaultChainOwner } from '../proxy/chainOwners';
import { catalogueRefreshes } from '../proxy/types';

export const chainsSchema = z
  ._default(z.enum(chainOwners), defaultChainOwner)
  .register(z.globalRegistry, {
    group: 'Scenarios',
    order: 3,
    // A workspace must not decide which of a person's accounts is charged.
    scope: 'machine',
    markdownDescription:
      'Whose models the built-in scenarios use. OpenCode Go is a plan at a fixed price; all others charge by the token. Your own chains in `#switchyard.scenarios#` come before these.',
    markdownEnumDescriptions: [
      'OpenCode Go: a plan at a fixed price.',
      'OpenCode Zen: pay as you go, from the balance of your OpenCode account.',
      'Anthropic, with its own API key.',
      'OpenAI, with its own API key.',
      'OpenRouter, with its own API key.',
      'DeepSeek, with its own API key.',
      'Moonshot AI, with its own API key.',
      'Z.ai, with its own API key.',
    ],
  });

export const catalogueRefreshSchema = z
  ._default(z.enum(catalogueRefreshes), 'providers')
  .register(z.globalRegistry, {
    group: 'Providers',
    order: 2,
    // Decides who is contacted.
    scope: 'machine',
    markdownDescription:
      'Who is asked, at most once a day, which models there are today. It costs no tokens. [Ask now](command:switchyard.refreshCatalogue).',
    markdownEnumDescriptions: [
      'Each provider whose key is set, at its own address.',
      'models.dev too, without any key: it knows windows and prices that most providers do not tell.',
      'Nobody: what came with this version stays in force.',
    ],
    tags: ['usesOnlineServices'],
  });
