// Stands in for VS Code while the extension's bundle is loaded: what a module makes of it at once, and nothing that is called later.
export class ThemeColor {}
