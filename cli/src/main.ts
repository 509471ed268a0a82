import { runMain, ServiceError } from '@omnia-policy/service/program';

const HELP = `Usage: omnia-policy COMMAND [flags]

Policies for AI agents' tool calls, decided inside Envoy.

Commands:
  run      Start Envoy and the policy service in front of a tool service
  token    Print a user's token for trying things out

\`omnia-policy COMMAND --help\` lists the flags of a command.
`;

type Command = (args: readonly string[]) => Promise<void>;

/** Loaded when asked for: a token needs none of the libraries that a run needs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run/run-command.js')).runCommand,
  token: async () => (await import('./token/token-command.js')).tokenCommand,
};

/** @param args the command line after the program's name. */
export function main(args: readonly string[]): void {
  runMain('omnia-policy', () => dispatch(args));
}

async function dispatch([name, ...rest]: readonly string[]): Promise<void> {
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELP);
    return;
  }
  if (name === undefined) throw new ServiceError('unknown-flag', `a command is missing.\n\n${HELP}`);
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) throw new ServiceError('unknown-flag', `"${name}" is no command.\n\n${HELP}`);
  const command = await load();
  await command(rest);
}
