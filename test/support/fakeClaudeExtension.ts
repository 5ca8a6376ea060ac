// Stands in for the graphical Claude Code extension: its id, its settings, and how it starts its process.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_FOLDER } from '../../scripts/project';
import { runOrThrow } from './processes';

/** As in the manifest of anthropic.claude-code 2.1. */
const SETTINGS = {
  'claudeCode.claudeProcessWrapper': { type: 'string', scope: 'machine' },
  'claudeCode.disableLoginPrompt': { type: 'boolean', default: false },
  'claudeCode.useTerminal': { type: 'boolean', default: false },
};

/** The title of the command that starts its process. */
export const ASK_COMMAND = 'Fake Claude: Start Process';

/**
 * Packs the extension; returns its .vsix. Its command starts what `argv.json` in the workspace names, by the wrapper of
 * the settings where there is one, and writes what it printed to `output.txt`.
 */
export async function packFakeClaudeExtension(folder: string): Promise<string> {
  const source = path.join(folder, 'fake-claude');
  mkdirSync(source);
  const manifest = {
    name: 'claude-code',
    publisher: 'anthropic',
    version: '9.9.9',
    license: 'MIT',
    engines: { vscode: '^1.105.0' },
    main: './main.js',
    extensionKind: ['workspace'],
    contributes: {
      configuration: { title: 'Claude Code', properties: SETTINGS },
      commands: [{ command: 'fakeClaude.ask', title: ASK_COMMAND }],
    },
  };
  writeFileSync(path.join(source, 'package.json'), JSON.stringify(manifest));
  writeFileSync(path.join(source, 'LICENSE'), 'MIT');
  writeFileSync(path.join(source, 'README.md'), 'For tests.');
  writeFileSync(path.join(source, 'main.js'), MAIN);
  const vsix = path.join(folder, 'fake-claude.vsix');
  const vsce = path.join(PROJECT_FOLDER, 'node_modules/@vscode/vsce/vsce');
  const parameters = ['package', '--no-dependencies', '--allow-missing-repository', '--out', vsix];
  await runOrThrow(process.execPath, [vsce, ...parameters], { cwd: source });
  return vsix;
}

const MAIN = `
const vscode = require('vscode');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
exports.activate = (context) => {
  context.subscriptions.push(vscode.commands.registerCommand('fakeClaude.ask', () => {
    const cwd = vscode.workspace.workspaceFolders[0].uri.fsPath;
    const argv = JSON.parse(fs.readFileSync(path.join(cwd, 'argv.json'), 'utf8'));
    const wrapper = vscode.workspace.getConfiguration('claudeCode').get('claudeProcessWrapper');
    const [program, ...parameters] = wrapper ? [wrapper, ...argv] : argv;
    const child = spawn(program, parameters, { cwd, env: process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => { output += chunk; });
    child.stderr.on('data', (chunk) => { output += chunk; });
    child.on('error', (error) => { output += error.message; });
    child.on('close', () => fs.writeFileSync(path.join(cwd, 'output.txt'), output + '\\nthe end'));
  }));
};
`;
