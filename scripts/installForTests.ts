// Fetches what the tests and the demonstration need, ahead of time: the host, the browser, the agent.
import { installBrowser } from '../test/support/installBrowser';
import { installClaude } from '../test/support/installClaude';
import { chosenHostVersion, installHost } from '../test/support/installHost';

async function main(): Promise<void> {
  const host = await installHost(chosenHostVersion());
  console.log(`VS Code ${host.vscodeVersion}: ${host.entry}`);
  console.log(`browser: ${(await installBrowser()).executable}`);
  console.log(`claude: ${await installClaude()}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
