// Stands in for VS Code while the extension's bundle is loaded: what a module makes of it at once, and nothing that is called later.
export class ThemeColor {}

export const LogLevel = { Off: 0, Trace: 1, Debug: 2, Info: 3, Warning: 4, Error: 5 } as const;
