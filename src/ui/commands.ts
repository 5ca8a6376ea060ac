/** Every command, once: the manifest, the README and the registration come from this table. */
export interface CommandRow {
  readonly id: string;
  /** Verb first; shown after the category "Switchyard". */
  readonly title: string;
  /** One sentence for the README. */
  readonly description: string;
  readonly icon: string;
  /** A `when` clause; a command that is not enabled is not in the palette. */
  readonly enablement?: string;
}

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
  },
  {
    id: 'switchyard.stop',
    title: 'Stop',
    description:
      'Stops the proxy: running requests finish, new ones are refused. A second time: at once.',
    icon: '$(debug-stop)',
    enablement: isUp,
  },
  {
    id: 'switchyard.toggle',
    title: 'Toggle',
    description: 'Starts or stops the proxy, as a click on the status bar item does.',
    icon: '$(radio-tower)',
  },
  {
    id: 'switchyard.setApiKey',
    title: 'Set API Key',
    description: 'Asks for the key of a provider, checks it, and stores it in VS Code’s secrets.',
    icon: '$(key)',
  },
  {
    id: 'switchyard.deleteApiKey',
    title: 'Delete API Key',
    description: 'Deletes the stored key of a provider.',
    icon: '$(trash)',
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
  },
  {
    id: 'switchyard.copyDiagnostics',
    title: 'Copy Diagnostics',
    description:
      'Copies a report for an issue: versions, verdicts and the last log lines, without keys, prompts, answers or names.',
    icon: '$(copy)',
  },
  {
    id: 'switchyard.explainRouting',
    title: 'Explain Routing',
    description:
      'Shows for each of the last requests what was measured, which rules were asked, which models were tried or left out and why, and how long each took.',
    icon: '$(milestone)',
  },
  {
    id: 'switchyard.showUsage',
    title: 'Show Usage',
    description:
      'Shows requests, tokens and cost by day, model, scenario and session, what the cache saved, and how much of the OpenCode Go plan is used.',
    icon: '$(graph)',
  },
  {
    id: 'switchyard.clearUsageHistory',
    title: 'Clear Usage History',
    description: 'Deletes what Show Usage tells of, for all windows.',
    icon: '$(clear-all)',
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
  },
  {
    id: 'switchyard.refreshCatalogue',
    title: 'Refresh Model Catalogue',
    description:
      'Asks every provider whose key is set for its models, and shows which are new, gone or changed.',
    icon: '$(cloud-download)',
    enablement: 'switchyard.state == running',
  },
  {
    id: 'switchyard.copyEnvironment',
    title: 'Copy Environment',
    description: 'Copies shell lines that point an agent outside VS Code to the proxy.',
    icon: '$(clippy)',
    enablement: 'switchyard.state == running',
  },
  {
    id: 'switchyard.setUpCodex',
    title: 'Set Up Codex',
    description: 'Shows the profile that points Codex to the proxy, and writes it if you agree.',
    icon: '$(terminal)',
    enablement: 'switchyard.state == running',
  },
  {
    id: 'switchyard.setUpPi',
    title: 'Set Up pi',
    description:
      'Shows the provider that points pi to the proxy, and adds it to pi’s models if you agree.',
    icon: '$(terminal)',
    enablement: 'switchyard.state == running',
  },
] as const satisfies readonly CommandRow[];

export type CommandId = (typeof commands)[number]['id'];
