/** Every command, once: the manifest, the documents and the registration come from this table. */
export interface CommandRow {
  readonly id: string;
  /** Verb first; shown after the category "Switchyard". */
  readonly title: string;
  /** One sentence for docs/commands.md. */
  readonly description: string;
  readonly icon: string;
  /** A `when` clause; a command that is not enabled is not in the palette. */
  readonly enablement?: string;
  /** Where the menu has it; absent: with the rest, at the end. `state`: by what is the case now. */
  readonly menu?: MenuGroup | 'state';
}

/** The parts of the menu, in their order. */
export const menuGroups = ['agents', 'scenarios', 'requests', 'keys', 'support'] as const;
export type MenuGroup = (typeof menuGroups)[number];

// Before the extension is active the context keys are absent, and no command may be out of reach then.
const isDown = '!switchyard.state || switchyard.state == stopped || switchyard.state == failed';
const isUp =
  'switchyard.state == running || switchyard.state == starting || switchyard.state == stopping';

export const commands = [
  {
    id: 'switchyard.start',
    title: 'Start',
    description: 'Starts the proxy.',
    icon: '$(play)',
    enablement: isDown,
    menu: 'state',
  },
  {
    id: 'switchyard.stop',
    title: 'Stop',
    description:
      'Stops the proxy: running requests finish, new ones are refused. A second time: at once.',
    icon: '$(debug-stop)',
    enablement: isUp,
    menu: 'state',
  },
  {
    id: 'switchyard.toggle',
    title: 'Toggle',
    description: 'Starts or stops the proxy, as a click on the status bar item does.',
    icon: '$(radio-tower)',
    menu: 'state',
  },
  {
    id: 'switchyard.showMenu',
    title: 'Show Menu',
    description: 'Shows the state, what can be done about it, and everything else that can be run.',
    icon: '$(menu)',
    menu: 'state',
  },
  {
    id: 'switchyard.getStarted',
    title: 'Get Started',
    description: 'Opens the four steps from an API key to the first answer.',
    icon: '$(rocket)',
  },
  {
    id: 'switchyard.openClaude',
    title: 'Open Terminal with Claude Code',
    description:
      'Starts Claude Code in a new terminal that is pointed to the proxy; where it is not installed, offers the command that installs it.',
    icon: '$(terminal)',
    menu: 'agents',
  },
  {
    id: 'switchyard.showScenarios',
    title: 'Show Scenarios',
    description:
      'Shows when each scenario applies and which models serve it, and lets you choose others.',
    icon: '$(list-tree)',
    menu: 'scenarios',
  },
  {
    id: 'switchyard.setApiKey',
    title: 'Set API Key',
    description: 'Asks for the key of a provider, checks it, and stores it in VS Code’s secrets.',
    icon: '$(key)',
    menu: 'keys',
  },
  {
    id: 'switchyard.deleteApiKey',
    title: 'Delete API Key',
    description: 'Deletes the stored key of a provider.',
    icon: '$(trash)',
    enablement: 'switchyard.hasKeys',
    menu: 'keys',
  },
  {
    id: 'switchyard.confirmKeyAddress',
    title: 'Confirm Key Address',
    description:
      'Asks whether a stored key may go to the address that a changed setting names; until then it is held back.',
    icon: '$(shield)',
    enablement: 'switchyard.hasKeys',
  },
  {
    id: 'switchyard.showLog',
    title: 'Show Log',
    description: 'Opens the output channel, with one line for each request.',
    icon: '$(output)',
  },
  {
    id: 'switchyard.showStatus',
    title: 'Show Status',
    description: 'Writes the state of every model to the output channel.',
    icon: '$(pulse)',
  },
  {
    id: 'switchyard.diagnose',
    title: 'Diagnose',
    description:
      'Checks proxy, port, settings, keys, providers, terminals, Claude Code’s own settings, clock and catalogue; Enter on a line mends what it tells.',
    icon: '$(checklist)',
    menu: 'support',
  },
  {
    id: 'switchyard.copyDiagnostics',
    title: 'Copy Diagnostics',
    description:
      'Copies a report for an issue: versions, verdicts and the last log lines, without keys, prompts, answers or names.',
    icon: '$(copy)',
    menu: 'support',
  },
  {
    id: 'switchyard.openDashboard',
    title: 'Open Dashboard',
    description:
      'Opens a tab to look at: each request with a bar for every attempt, health with countdowns, the speed of the models, cost by day, and the use of the plan.',
    icon: '$(dashboard)',
    menu: 'requests',
  },
  {
    id: 'switchyard.explainRouting',
    title: 'Explain Routing',
    description:
      'Shows for each of the last requests what was measured, which rules were asked, which models were tried or left out and why, and how long each took.',
    icon: '$(milestone)',
    menu: 'requests',
  },
  {
    id: 'switchyard.showUsage',
    title: 'Show Usage',
    description:
      'Shows requests, tokens and cost by day, model, scenario and session, what the cache saved, and how much of the OpenCode Go plan is used.',
    icon: '$(graph)',
    menu: 'requests',
  },
  {
    id: 'switchyard.clearUsageHistory',
    title: 'Clear Usage History',
    description: 'Deletes what Show Usage tells of, for all windows.',
    icon: '$(clear-all)',
  },
  {
    id: 'switchyard.openDocumentation',
    title: 'Open Documentation',
    description: 'Opens the documentation of the installed version in the editor.',
    icon: '$(book)',
  },
  {
    id: 'switchyard.openSettings',
    title: 'Open Settings',
    description: 'Opens the settings of Switchyard.',
    icon: '$(gear)',
  },
  {
    id: 'switchyard.resetHealth',
    title: 'Reset Health',
    description: 'Forgets remembered failures, so that every model is tried again.',
    icon: '$(refresh)',
    enablement: 'switchyard.state == running',
    menu: 'scenarios',
  },
  {
    id: 'switchyard.refreshCatalogue',
    title: 'Refresh Model Catalogue',
    description:
      'Asks every provider whose key is set for its models, and shows which are new, gone or changed.',
    icon: '$(cloud-download)',
    enablement: 'switchyard.state == running',
    menu: 'scenarios',
  },
  {
    id: 'switchyard.copyEnvironment',
    title: 'Copy Environment',
    description: 'Copies shell lines that point an agent outside VS Code to the proxy.',
    icon: '$(clippy)',
    enablement: 'switchyard.state == running',
    menu: 'agents',
  },
  {
    id: 'switchyard.setUpCodex',
    title: 'Set Up Codex',
    description: 'Shows the profile that points Codex to the proxy, and writes it if you agree.',
    icon: '$(terminal)',
    enablement: 'switchyard.state == running',
    menu: 'agents',
  },
  {
    id: 'switchyard.setUpPi',
    title: 'Set Up pi',
    description:
      'Shows the provider that points pi to the proxy, and adds it to pi’s models if you agree.',
    icon: '$(terminal)',
    enablement: 'switchyard.state == running',
    menu: 'agents',
  },
  {
    id: 'switchyard.setUpClaudeExtension',
    title: 'Set Up Claude Code Extension',
    description:
      'Shows the settings that send the graphical Claude Code extension to the proxy, and changes them if you agree.',
    icon: '$(comment-discussion)',
  },
  {
    id: 'switchyard.undoClaudeExtension',
    title: 'Undo Claude Code Extension Set-Up',
    description: 'Shows and gives back the settings of that extension as they were before.',
    icon: '$(discard)',
  },
] as const satisfies readonly CommandRow[];

export type CommandId = (typeof commands)[number]['id'];
