/** What a variable does to a client that finds it set by somebody else. */
export type VariableEffect = 'address' | 'credential' | 'vendor' | 'model';

/**
 * Variables by which Claude Code leaves the proxy, or asks it for one model only. Source: facts on the clients, section 5,
 * 2026-11-22.
 */
const effects: Readonly<Record<string, VariableEffect>> = {
  ANTHROPIC_BASE_URL: 'address',
  ANTHROPIC_AUTH_TOKEN: 'credential',
  ANTHROPIC_API_KEY: 'credential',
  CLAUDE_CODE_USE_BEDROCK: 'vendor',
  CLAUDE_CODE_USE_VERTEX: 'vendor',
  CLAUDE_CODE_USE_FOUNDRY: 'vendor',
  ANTHROPIC_MODEL: 'model',
};

/** Undefined for a variable that changes nothing, as does one that is empty or names the proxy on `port` itself. */
export function variableEffect(
  name: string,
  value: unknown,
  port: number | undefined,
): VariableEffect | undefined {
  const effect = Object.hasOwn(effects, name) ? effects[name] : undefined;
  if (value === '' || value === null || value === undefined) return undefined;
  if (effect === 'vendor' && (value === '0' || value === 'false')) return undefined;
  const isOurs = port !== undefined && String(value).replace(/\/$/, '') === ownUrl(port);
  return effect === 'address' && isOurs ? undefined : effect;
}

export function ownUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}
