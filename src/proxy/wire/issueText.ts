/** An issue in words; zod/mini has none of its own without a locale. */
export function issueText(issue: {
  readonly message: string;
  readonly code?: string | undefined;
  readonly expected?: string;
  readonly input?: unknown;
  readonly values?: readonly unknown[];
}): string {
  if (issue.code === 'invalid_type') {
    return `Invalid input: expected ${issue.expected ?? 'another type'}`;
  }
  if (issue.code === 'invalid_value') {
    return `Invalid input: expected ${(issue.values ?? []).map((value) => `"${value}"`).join(' or ')}`;
  }
  return issue.message;
}
