/** Under which VS Code keeps the tab. */
export const viewType = 'switchyard.dashboard';

/** What the page may load: its own script and style sheet, and nothing else. */
export interface PageParts {
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  readonly nonce: string;
  readonly language: string;
  readonly title: string;
}

/** The page around the dashboard. It holds no data: that comes by message. */
export function dashboardPage(parts: PageParts): string {
  const { cspSource, nonce } = parts;
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${cspSource}; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="${escapeAttribute(parts.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeAttribute(parts.title)}</title>
<link rel="stylesheet" href="${parts.styleUri}">
</head>
<body>
<div id="dashboard"></div>
<script nonce="${nonce}" src="${parts.scriptUri}"></script>
</body>
</html>`;
}

function escapeAttribute(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
