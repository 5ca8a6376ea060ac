import { claudeInstallLine, claudeLine } from './terminal/claudeProgram';
import { deleteApiKey } from './ui/deleteApiKey';
import { type ClaudeAccess, openClaude } from './ui/openClaude';
import { setApiKey } from './ui/setApiKey';
import { setUpCodex } from './ui/setUpCodex';
import { setUpPi } from './ui/setUpPi';
import { showMenu } from './ui/showMenu';
import { showScenarios } from './ui/showScenarios';

// What leads a person through keys, set-up and the rest. A bundle of its own, loaded when it is asked for: no activation needs it.

export { deleteApiKey, setApiKey, setUpCodex, setUpPi, showMenu, showScenarios };

/** Starts Claude Code of this machine in a new terminal. */
export function openClaudeHere(
  access: Omit<ClaudeAccess, 'commandLine' | 'installLine'>,
): Promise<void> {
  return openClaude({ ...access, commandLine: claudeLine, installLine: claudeInstallLine() });
}
