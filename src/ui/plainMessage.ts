/** Notifications make links of `[text](address)`, of commands too; words from elsewhere must not. */
export function plainMessage(message: string): string {
  return message.replaceAll('](', '] (');
}
