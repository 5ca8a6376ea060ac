import * as z from 'zod/mini';
import { withCompletions } from './completions';
import { isList, isObject, type Json, type JsonObject } from './json';
import { settingSchemas } from './schema';

/** A command, as far as the manifest tells of it. */
export interface ManifestCommand {
  readonly id: string;
  readonly title: string;
  readonly icon: string;
  readonly enablement?: string;
}

/** A step of the walkthrough, as far as the manifest tells of it. */
export interface ManifestStep {
  readonly id: string;
  readonly title: string;
  /** Markdown; a link alone on its line becomes a button. */
  readonly description: string;
  /** What the picture shows, for those who do not see it. */
  readonly altText: string;
  readonly completionEvents: readonly string[];
}

export interface ManifestWalkthrough {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly steps: readonly ManifestStep[];
}

/** What is generated of package.json, with its texts taken out into package.nls.json. */
export interface Manifest {
  readonly contributes: JsonObject;
  /** Settings that a workspace may set only once it is trusted: all that it may set at all. */
  readonly restrictedConfigurations: readonly string[];
  /** Key in package.nls.json → English text. */
  readonly texts: Readonly<Record<string, string>>;
}

export const commandCategory = 'Switchyard';
const groups = ['General', 'Scenarios', 'Providers', 'Reliability', 'Terminal'];

/** The manifest's part that follows from the settings' schema and the tables of commands and steps. Pure. */
export function createManifest(
  commands: readonly ManifestCommand[],
  walkthrough: ManifestWalkthrough,
): Manifest {
  const texts: Record<string, string> = {};
  const schemas = Object.entries(jsonSchemas()).map(
    ([name, schema]) => [name, withCompletions(name, schema)] as const,
  );
  const configuration = groups.map((title, order): JsonObject => {
    const members = schemas.filter(([, schema]) => schema['group'] === title);
    const properties = members.map(([name, { group: _group, ...schema }]) => {
      const localized = takeTexts(schema, name.replace('switchyard', 'settings'), texts);
      return [name, localized] as const;
    });
    const key = `groups.${title.toLowerCase()}`;
    texts[key] = title;
    return { order, title: `%${key}%`, properties: Object.fromEntries(properties) };
  });
  return {
    contributes: {
      configuration,
      commands: commands.map(({ id, title, icon, enablement }): JsonObject => {
        const key = `${id.replace('switchyard', 'commands')}.title`;
        texts[key] = title;
        const row = { command: id, title: `%${key}%`, category: commandCategory, icon };
        return enablement === undefined ? row : { ...row, enablement };
      }),
      walkthroughs: [walkthroughEntry(walkthrough, texts)],
    },
    restrictedConfigurations: schemas
      .filter(([, schema]) => schema['scope'] !== 'machine')
      .map(([name]) => name),
    texts,
  };
}

function walkthroughEntry(
  { id, title, description, steps }: ManifestWalkthrough,
  texts: Record<string, string>,
): JsonObject {
  const take = (key: string, text: string): string => {
    texts[`walkthrough.${key}`] = text;
    return `%walkthrough.${key}%`;
  };
  return {
    id,
    title: take('title', title),
    description: take('description', description),
    steps: steps.map((step) => ({
      id: step.id,
      title: take(`${step.id}.title`, step.title),
      description: take(`${step.id}.description`, step.description),
      media: {
        svg: `media/walkthrough/${step.id}.svg`,
        altText: take(`${step.id}.altText`, step.altText),
      },
      completionEvents: step.completionEvents,
    })),
  };
}

/** The JSON schema of every setting, by its full name. */
export function jsonSchemas(): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(
    Object.entries(settingSchemas).map(([name, schema]) => {
      // "input": what a person writes, so that fields with a default are not required.
      const made = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
      const { $schema: _schema, ...rest } = jsonObjectSchema.parse(
        JSON.parse(JSON.stringify(made)),
      );
      return [name, rest];
    }),
  );
}

const jsonSchema: z.ZodMiniType<Json> = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.null(),
    z.array(jsonSchema),
    z.record(z.string(), jsonSchema),
  ]),
);
const jsonObjectSchema = z.record(z.string(), jsonSchema);

const textKeys: ReadonlySet<string> = new Set([
  'description',
  'markdownDescription',
  'enumDescriptions',
  'markdownEnumDescriptions',
  'patternErrorMessage',
]);
/** Values, not schemas: a person's data may well have a field named "description". */
const valueKeys: ReadonlySet<string> = new Set(['default', 'examples', 'defaultSnippets', 'enum']);

/** A copy of `schema` with `%key%` for every text of a person's language; the texts go into `texts`. */
function takeTexts(schema: JsonObject, path: string, texts: Record<string, string>): JsonObject {
  const entries = Object.entries(schema).map(([key, value]): [string, Json] => {
    const here = `${path}.${key}`;
    if (valueKeys.has(key)) return [key, value];
    if (textKeys.has(key)) return [key, takeText(value, here, texts)];
    // Its keys are a person's words, which may read like those of a schema: `default`.
    if (key === 'properties' && isObject(value)) return [key, takeTextsOfEach(value, here, texts)];
    if (isObject(value)) return [key, takeTexts(value, here, texts)];
    if (!isList(value)) return [key, value];
    const items = value.map((item, index) =>
      isObject(item) ? takeTexts(item, `${here}.${index}`, texts) : item,
    );
    return [key, items];
  });
  return Object.fromEntries(entries);
}

function takeTextsOfEach(
  schemas: JsonObject,
  path: string,
  texts: Record<string, string>,
): JsonObject {
  const entries = Object.entries(schemas).map(([name, schema]): [string, Json] => [
    name,
    isObject(schema) ? takeTexts(schema, `${path}.${name}`, texts) : schema,
  ]);
  return Object.fromEntries(entries);
}

function takeText(value: Json, path: string, texts: Record<string, string>): Json {
  if (isList(value)) return value.map((item, index) => takeText(item, `${path}.${index}`, texts));
  if (typeof value !== 'string') return value;
  texts[path] = value;
  return `%${path}%`;
}
