// What a long conversation costs before anything is sent: facts, token estimate, conversation, route.
import { conversationOf, createAffinity } from '../../src/proxy/affinity';
import { mergeProviders } from '../../src/proxy/providers';
import { describeContent } from '../../src/proxy/requestContent';
import { describeRequest } from '../../src/proxy/requestFacts';
import { type RoutingTable, route } from '../../src/proxy/router';
import { mergeScenarios } from '../../src/proxy/scenarios';
import { createTokenMeter } from '../../src/proxy/tokenMeter';
import { type MessagesRequest, readMessagesRequest } from '../../src/proxy/wire/anthropicRequest';
import { createBodyMemory } from '../../src/proxy/wire/bodyMemory';
import { answerQuestions } from './answering';

answerQuestions((question) => {
  if (question.ask !== 'turns') return undefined;
  const { bodies, headers, rounds } = question;
  // The first rounds are the compiler's.
  const costsMs = Array.from({ length: rounds * 2 }, () =>
    bodies.map((body) => turnMs(body, headers)),
  );
  return Promise.resolve(costsMs.slice(rounds).flat());
});
setInterval(() => undefined, 60_000);
process.stdout.write('ready\n');

const table: RoutingTable = {
  providers: mergeProviders({}),
  scenarios: mergeScenarios({}),
  modelOverrides: {},
  hasKey: () => true,
  canSpeak: () => true,
};
const tokens = createTokenMeter();
const memory = createBodyMemory();
const affinity = createAffinity({ now: Date.now, hasKey: () => true });

/** CPU time for a turn of a conversation that the proxy knows already; reading the JSON is not counted. */
function turnMs(body: string, headers: Readonly<Record<string, string>>): number {
  const parsed = readMessagesRequest(memory.read(Buffer.from(body)));
  if (!parsed.ok) throw new Error(parsed.message);
  const before = process.cpuUsage();
  prepare(parsed.request, headers);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function prepare(request: MessagesRequest, headers: Readonly<Record<string, string>>): void {
  const facts = describeRequest(request, headers, tokens.count);
  const content = describeContent(request, facts.requestClass);
  const usual = route(facts, content, table, tokens.inputTokens);
  const conversation = conversationOf(request, facts, usual.scenario);
  const chosen = conversation === undefined ? usual : affinity.follow(usual, conversation);
  const [target] = chosen.targets;
  if (conversation !== undefined && target !== undefined) {
    affinity.served(conversation, target, { failures: [], skipped: [] });
  }
}
