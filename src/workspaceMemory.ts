import { randomUUID } from 'node:crypto';

/** Ports that windows of this workspace have had, so that a terminal that survives a reload still works. */
export interface PortMemory {
  remembered(): readonly number[];
  remember(port: number): void;
}

/** What is used of VS Code's `workspaceState`. */
export interface Memento {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

const portsKey = 'ports';
const workspaceIdKey = 'workspaceId';
/** One for each window that has the workspace open at a time; the oldest is forgotten. */
const maxPorts = 4;

/**
 * The ports that windows of this workspace have had, oldest first, but before them the one that the terminals' variables
 * carry. VS Code keeps those per workspace too, not per window: it is the port of the window that wrote them last, and
 * most likely that of the only one which is left.
 */
export function portMemory(state: Memento, carriedPort: () => number | undefined): PortMemory {
  const remembered = (): readonly number[] => {
    const value = state.get(portsKey);
    return Array.isArray(value) ? value.filter(isPort) : [];
  };
  return {
    remembered() {
      const carried = carriedPort();
      const ports = remembered();
      return [...ports].sort((a, b) => Number(b === carried) - Number(a === carried));
    },
    remember(port) {
      const others = remembered().filter((known) => known !== port);
      void state.update(portsKey, [...others, port].slice(-maxPorts));
    },
  };
}

/** A name for this workspace that no other has, made at its first use. It is no secret. */
export function workspaceId(state: Memento): string {
  const known = state.get(workspaceIdKey);
  if (typeof known === 'string' && known !== '') return known;
  const made = randomUUID();
  void state.update(workspaceIdKey, made);
  return made;
}

/** The version that a manifest names. */
export function versionOf(manifest: unknown): string {
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return hasVersion ? String(manifest.version) : '0.0.0';
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
}
