import { claudeInstallLine, claudeLine } from './terminal/claudeProgram';
import { deleteApiKey } from './ui/deleteApiKey';
import { type ClaudeAccess, openClaude } from './ui/openClaude';
import { openDocumentation } from './ui/openDocumentation';
import { setApiKey } from './ui/setApiKey';
import { setUpClaudeExtension, undoClaudeExtension } from './ui/setUpClaudeExtension';
import { setUpCodex } from './ui/setUpCodex';
import { setUpPi } from './ui/setUpPi';
import { showMenu } from './ui/showMenu';
import { showScenarios } from './ui/showScenarios';

// What leads a person through keys, set-up and the rest. A bundle of its own, loaded when it is asked for: no activation needs it.

export {
  deleteApiKey,
  openDocumentation,
  setApiKey,
  setUpClaudeExtension,
  setUpCodex,
  setUpPi,
  showMenu,
  showScenarios,
  undoClaudeExtension,
};

/** Starts Claude Code of this machine in a new terminal. */
export function openClaudeHere(
  access: Omit<ClaudeAccess, 'commandLine' | 'installLine'>,
): Promise<void> {
  return openClaude({ ...access, commandLine: claudeLine, installLine: claudeInstallLine() });
}
