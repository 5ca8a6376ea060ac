// The tables of scenarios, settings and commands in README.md and docs/, between their markers.
import { scenarioDescriptions } from '../src/config/completions';
import { isList, type Json, type JsonObject } from '../src/config/json';
import { commandCategory, jsonSchemas } from '../src/config/manifest';

interface DocumentedCommand {
  readonly title: string;
  readonly description: string;
}

/** `document` with the lines between the markers made anew; without markers it is left as it is. */
export function withTables(document: string, commands: readonly DocumentedCommand[]): string {
  const tables: readonly (readonly [name: string, table: string])[] = [
    ['builtInScenarios', builtInScenariosTable()],
    ['settings', settingsTable()],
    ['scenario', scenarioTable()],
    ['commands', commandsTable(commands)],
  ];
  return tables.reduce((text, [name, lines]) => fill(text, name, lines), document);
}

function fill(document: string, name: string, table: string): string {
  const marked = new RegExp(`(<!-- generated:${name} -->\\n)[^]*?(<!-- /generated:${name} -->)`);
  return document.replace(marked, (_whole, start: string, end: string) => `${start}${table}${end}`);
}

function builtInScenariosTable(): string {
  const rows = Object.entries(scenarioDescriptions).map(([name, when]) => [`\`${name}\``, when]);
  return table(['Scenario', 'When'], rows);
}

function settingsTable(): string {
  const rows = Object.entries(jsonSchemas()).map(([name, schema]) => [
    `\`${name}\``,
    `\`${JSON.stringify(schema['default'])}\``,
    [plainMarkdown(schema['markdownDescription'] ?? ''), ...choices(schema)].join(' '),
  ]);
  return table(['Setting', 'Default', 'What it does'], rows);
}

/** Every member of a scenario, with those of its conditions and parameters. */
function scenarioTable(): string {
  const scenario = memberOf(jsonSchemas()['switchyard.scenarios'], 'additionalProperties');
  const rows = Object.entries(memberOf(scenario, 'properties')).flatMap(([name, schema]) => {
    const inner = Object.entries(memberOf(schema, 'properties'));
    if (inner.length === 0) return [rowOf(name, schema)];
    return inner.map(([key, member]) => rowOf(`${name}.${key}`, member));
  });
  return table(['Member', 'Value', 'Meaning'], rows);
}

function rowOf(name: string, schema: Json): readonly string[] {
  const description = memberOf({ schema }, 'schema')['description'] ?? '';
  return [`\`${name}\``, valueInWords(schema), String(description)];
}

function valueInWords(schema: Json): string {
  const { enum: values, type, items } = memberOf({ schema }, 'schema');
  if (Array.isArray(values)) return values.map((value) => `\`${value}\``).join(', ');
  if (items !== undefined) {
    const each = valueInWords(items);
    return each === 'text' ? 'list' : `list of ${each}`;
  }
  if (type === 'boolean') return '`true`, `false`';
  return type === 'string' ? 'text' : 'number';
}

/** The object at `key`; an empty one where there is none. */
function memberOf(value: Json | undefined, key: string): JsonObject {
  const holds = typeof value === 'object' && value !== null && !isList(value);
  const member = holds ? value[key] : undefined;
  return typeof member === 'object' && member !== null && !isList(member) ? member : {};
}

/** Each value of an enumeration with what it means. */
function choices(schema: JsonObject): readonly string[] {
  const { enum: values, markdownEnumDescriptions: meanings } = schema;
  if (!Array.isArray(values) || !Array.isArray(meanings)) return [];
  return values.map((value, index) => `\`${value}\`: ${meanings[index]}`);
}

function commandsTable(commands: readonly DocumentedCommand[]): string {
  const rows = commands.map(({ title, description }) => [
    `${commandCategory}: ${title}`,
    description,
  ]);
  return table(['Command', 'What it does'], rows);
}

/** Links to settings and commands work in VS Code only. */
function plainMarkdown(text: Json): string {
  return String(text)
    .replaceAll(/`#([\w.]+)#`/g, '`$1`')
    .replaceAll(/\[([^\]]+)\]\(command:[\w.]+\)/g, '$1');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return [head, head.map(() => '---'), ...rows].map(line).join('');
}
