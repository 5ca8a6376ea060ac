import type { CommandId } from './commands';
import { walkthroughId } from './walkthroughId';

/** What a person who has just installed Switchyard does, step by step: contributed to VS Code's own walkthroughs. */
export const walkthrough = {
  id: walkthroughId,
  title: 'Get Started with Switchyard',
  description: 'From an API key to the first answer in your terminal. No settings to edit.',
  steps: [
    {
      id: 'key',
      title: 'Set your API key',
      description: [
        'Switchyard asks your provider whether the key works, and keeps it in VS Code’s secrets: never in settings, files or logs.',
        button('Set API Key', 'switchyard.setApiKey'),
        'The built-in scenarios use [OpenCode Go](https://opencode.ai/go), a plan at a fixed price. With a key of Anthropic, OpenAI, OpenRouter, DeepSeek, Moonshot AI or Z.ai you are offered that provider’s models instead.',
      ].join('\n'),
      altText: 'An API key is typed, checked with its provider, and kept in VS Code’s secrets.',
      completionEvents: ['onContext:switchyard.hasKeys'],
    },
    {
      id: 'scenarios',
      title: 'See which models answer',
      description: [
        'Each request is one of a few scenarios: everyday work, background, hard thinking, long context, images. Each has a chain of models; when one is busy, the next answers.',
        button('Show Scenarios', 'switchyard.showScenarios'),
        'The chains work as they are. Choose a scenario there to give it other models.',
      ].join('\n'),
      altText: 'Three scenarios, each with a chain of models of which the first that can answers.',
      completionEvents: ['onCommand:switchyard.showScenarios'],
    },
    {
      id: 'terminals',
      title: 'Let terminals use it',
      description: [
        'Once a key is set, new integrated terminals point Claude Code to Switchyard through environment variables. Terminals that are open already, your shell profile and files of other programs stay as they are.',
        button('New Terminal', 'workbench.action.terminal.new'),
        '[Other agents, or none](command:switchyard.openSettings?%22switchyard.terminal.agents%22) · [Codex](command:switchyard.setUpCodex) · [pi](command:switchyard.setUpPi) · [a shell outside VS Code](command:switchyard.copyEnvironment)',
      ].join('\n'),
      altText:
        'A terminal sends its requests to Switchyard, and Switchyard sends them to a provider.',
      completionEvents: ['onContext:switchyard.pointsTerminals'],
    },
    {
      id: 'try',
      title: 'Ask something',
      description: [
        'Opens a terminal, starts Claude Code in it, and offers the command that installs it where it is missing. This step is done when a model has answered.',
        button('Open Terminal with Claude Code', 'switchyard.openClaude'),
        'Afterwards the status bar tells how your models fare, and [the menu](command:switchyard.showMenu) has everything else.',
      ].join('\n'),
      altText:
        'Claude Code in a terminal has got an answer; the status bar says that Switchyard runs.',
      completionEvents: ['onContext:switchyard.hasAnswered'],
    },
  ],
} as const;

function button(label: string, command: CommandId | 'workbench.action.terminal.new'): string {
  return `[${label}](command:${command})`;
}
