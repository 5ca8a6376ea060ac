import { render } from '../proxy/phrase';
import { type AllSettings, parseSettings, type SettingProblem } from './schema';

/** Where raw settings come from: VS Code in the extension, a table in tests. */
export interface SettingsSource {
  /** Every `switchyard.*` setting by its full name; unset ones may be absent or undefined. */
  read(): Readonly<Record<string, unknown>>;
  onDidChange(listener: () => void): { dispose(): void };
}

export interface SettingsListeners {
  /** The settings in force changed. */
  readonly changed: (settings: AllSettings, previous: AllSettings) => void;
  /** New faults: each is told once, and again only after it was mended. */
  readonly invalid: (problems: readonly SettingProblem[]) => void;
}

/** Holds the settings in force. An invalid setting never stops the proxy: it keeps its last good value. */
export class Settings {
  readonly #source: SettingsSource;
  readonly #listeners: SettingsListeners;
  readonly #subscription: { dispose(): void };
  #current: AllSettings;
  #problems: readonly SettingProblem[] = [];
  #told: ReadonlySet<string> = new Set();

  constructor(source: SettingsSource, listeners: SettingsListeners) {
    this.#source = source;
    this.#listeners = listeners;
    const { settings, problems } = parseSettings(source.read());
    this.#current = settings;
    this.#tell(problems);
    this.#subscription = source.onDidChange(() => this.#refresh());
  }

  get current(): AllSettings {
    return this.#current;
  }

  /** Faults that are there now. */
  get problems(): readonly SettingProblem[] {
    return this.#problems;
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #refresh(): void {
    const previous = this.#current;
    const { settings, problems } = parseSettings(this.#source.read(), previous);
    this.#current = settings;
    this.#tell(problems);
    // Both came out of the same parser, so equal settings have equal text.
    if (JSON.stringify(settings) === JSON.stringify(previous)) return;
    this.#listeners.changed(settings, previous);
  }

  #tell(problems: readonly SettingProblem[]): void {
    this.#problems = problems;
    const fresh = problems.filter((problem) => !this.#told.has(keyOf(problem)));
    this.#told = new Set(problems.map(keyOf));
    if (fresh.length > 0) this.#listeners.invalid(fresh);
  }
}

function keyOf(problem: SettingProblem): string {
  return `${problem.path}: ${render(problem.message)}`;
}
