const mark = '# Written by Switchyard.';

/**
 * The profile that makes `codex -p switchyard` use the proxy. Codex sends the token that our terminals carry, and a retry
 * would only repeat what the chain has already tried.
 */
export function codexProfile(port: number, context: number | undefined): string {
  return `${mark} In its terminals: codex -p switchyard
model = "switchyard"
model_provider = "switchyard"${context === undefined ? '' : `\nmodel_context_window = ${context}`}

[model_providers.switchyard]
name = "Switchyard"
base_url = "http://127.0.0.1:${port}/v1"
env_key = "ANTHROPIC_AUTH_TOKEN"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
`;
}

/** True for a file that we may replace. */
export function isOwnProfile(text: string): boolean {
  return text.startsWith(mark);
}
