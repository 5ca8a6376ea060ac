import * as z from 'zod/mini';
import { textKeys } from './textKeys';

// What the dashboard's two sides tell each other. Neither trusts the other: what a page sends may come from anyone who found
// a way into it, and the page shows nothing that it cannot read.

/** What a page may ask to be done: these and nothing else. */
export const dashboardActions = [
  'start',
  'setApiKey',
  'openSettings',
  'newTerminal',
  'resetHealth',
  'showUsage',
] as const;
export type DashboardAction = (typeof dashboardActions)[number];

/** A message of the page, or undefined for anything that is none. */
export function readPageMessage(value: unknown): PageMessage | undefined {
  return pageMessageSchema.safeParse(value).data;
}

/** A message of the extension, or undefined for anything that is none. */
export function readDashboardMessage(value: unknown): DashboardMessage | undefined {
  return dashboardMessageSchema.safeParse(value).data;
}

const time = z.number();
const text = z.string();
const list = <Item extends z.ZodMiniType>(item: Item) => z.readonly(z.array(item));

/** Longer than any key of a request. */
const keySchema = z.string().check(z.maxLength(64));

const pageMessageSchema = z.discriminatedUnion('type', [
  /** The page has been loaded; `selected` is the request that it showed before. */
  z.object({ type: z.literal('ready'), selected: z.exactOptional(keySchema) }),
  /** Wants the details of this request; of none when absent. */
  z.object({ type: z.literal('select'), key: z.exactOptional(keySchema) }),
  z.object({ type: z.literal('explain'), key: keySchema }),
  z.object({ type: z.literal('run'), action: z.enum(dashboardActions) }),
]);
export type PageMessage = z.infer<typeof pageMessageSchema>;

const cellSchema = z.object({ text, isNumber: z.exactOptional(z.boolean()) });
/** The first cell of a row is its heading. */
const tableSchema = z.object({ head: list(cellSchema), rows: list(list(text)) });
export type TableView = z.infer<typeof tableSchema>;

const pairSchema = z.object({ name: text, value: text });
export type PairView = z.infer<typeof pairSchema>;

const attemptSchema = z.object({
  target: text,
  state: z.enum(['running', 'failed', 'done']),
  /** What became of it. */
  words: text,
  startedAt: time,
  firstContentAt: z.exactOptional(time),
  firstTextAt: z.exactOptional(time),
  endedAt: z.exactOptional(time),
});
export type AttemptView = z.infer<typeof attemptSchema>;

const requestSchema = z.object({
  key: text,
  time: text,
  scenario: text,
  outcome: z.enum(['running', 'served', 'failed', 'brokeOff', 'cancelled', 'answeredHere']),
  /** What became of it, in a few words. */
  result: text,
  cost: text,
  startedAt: time,
  endedAt: z.exactOptional(time),
  attempts: list(attemptSchema),
  /** Which targets were not asked, where memory kept them from it. */
  notAsked: z.exactOptional(text),
});
export type RequestView = z.infer<typeof requestSchema>;

const detailsSchema = z.object({
  key: text,
  title: text,
  lines: list(text),
  tried: tableSchema,
  rules: list(z.object({ rule: text, isMatched: z.boolean(), why: text })),
  facts: list(pairSchema),
  usage: list(pairSchema),
});
export type DetailsView = z.infer<typeof detailsSchema>;

export const tones = ['good', 'idle', 'warning', 'bad'] as const;
const healthSchema = z.object({
  scope: text,
  name: text,
  state: text,
  tone: z.enum(tones),
  /** When it may be asked again. */
  untilAt: z.exactOptional(time),
  why: text,
});
export type HealthView = z.infer<typeof healthSchema>;

const costSchema = z.object({
  /** In a sentence, for those who do not see the chart. */
  summary: text,
  days: list(text),
  models: list(z.object({ name: text, costs: list(z.number()) })),
  byDay: tableSchema,
  byModel: tableSchema,
});
export type CostView = z.infer<typeof costSchema>;

const limitSchema = z.object({
  name: text,
  percent: z.number(),
  isExhausted: z.boolean(),
  resetsAt: z.exactOptional(time),
});
const planSchema = z.object({
  title: text,
  problem: z.exactOptional(text),
  limits: list(limitSchema),
});
export type PlanView = z.infer<typeof planSchema>;

const viewSchema = z.object({
  /** The extension's clock, which may run on another machine. */
  now: time,
  status: z.object({
    sentence: text,
    isRunning: z.boolean(),
    isTrouble: z.boolean(),
    action: z.exactOptional(z.object({ label: text, action: z.enum(dashboardActions) })),
  }),
  figures: list(pairSchema),
  requests: list(requestSchema),
  details: z.exactOptional(detailsSchema),
  health: list(healthSchema),
  models: z.exactOptional(tableSchema),
  cost: z.exactOptional(costSchema),
  plans: z.object({ note: z.exactOptional(text), told: list(planSchema) }),
});
export type DashboardView = z.infer<typeof viewSchema>;

const textsSchema = z.record(z.enum(textKeys), text);
export type Texts = z.infer<typeof textsSchema>;

const dashboardMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('texts'), texts: textsSchema }),
  z.object({ type: z.literal('view'), view: viewSchema }),
]);
export type DashboardMessage = z.infer<typeof dashboardMessageSchema>;
