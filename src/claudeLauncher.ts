import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The folder of the launcher and of what it reads; nobody but the person may look into it. */
export function launcherFolder(storageFolder: string): string {
  return path.join(storageFolder, 'claude-code');
}

/** What the graphical Claude Code extension is told to start its process with. One for all windows. */
export function launcherFile(storageFolder: string): string {
  return path.join(launcherFolder(storageFolder), 'launch');
}

/** Writes the launcher, be it there already. */
export async function writeLauncher(storageFolder: string): Promise<void> {
  await writePrivately(launcherFile(storageFolder), launcherScript, 0o700);
}

/**
 * Replaces a file at once, so that no reader ever sees half of it, and never readable by anybody else: it may hold the
 * access token, which must not stand in any setting.
 */
export async function writePrivately(file: string, text: string, mode = 0o600): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const draft = `${file}.${process.pid}.new`;
  try {
    await writeFile(draft, text, { mode });
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Before each folder that a file of variables is for. */
export const folderMark = '# folder ';

/**
 * The extension starts its process in the window's folder, by which the variables of that window are found; the newest win.
 * Without any, Claude Code starts as it would without us.
 */
const launcherScript = `#!/bin/sh
# Written by Switchyard, which replaces it: starts Claude Code with the variables of the window that it is started in.
folder=\${0%/*}
here=$(pwd -P)
for name in $(ls -t "$folder"); do
  case $name in
    *.env) ;;
    *) continue ;;
  esac
  while IFS= read -r line; do
    case $line in
      "${folderMark}$PWD" | "${folderMark}$here")
        . "$folder/$name"
        break 2
        ;;
      "${folderMark}"*) ;;
      *) break ;;
    esac
  done < "$folder/$name"
done
exec "$@"
`;
