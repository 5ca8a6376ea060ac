// The smallest agent: a script for the terminal that asks once and prints the status and the whole answer.
export const ASK_SCRIPT = `
const response = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
  method: 'POST',
  headers: {
    authorization: 'Bearer ' + process.env.ANTHROPIC_AUTH_TOKEN,
    'content-type': 'application/json',
  },
  body: JSON.stringify({
    model: process.argv[2] ?? 'any',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'hello' }],
  }),
});
console.log(response.status, await response.text());
`;
