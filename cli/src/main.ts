import { runMain, ServiceError } from '@omnia-policy/service';
import { runCommand } from './run/run-command.js';
import { tokenCommand } from './token/token-command.js';

const HELP = `Usage: omnia-policy COMMAND [flags]

Policies for AI agents' tool calls, decided inside Envoy.

Commands:
  run      Start Envoy and the policy service in front of a tool service
  token    Print a user's token for trying things out

\`omnia-policy COMMAND --help\` lists the flags of a command.
`;

const commands: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  run: runCommand,
  token: tokenCommand,
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
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new ServiceError('unknown-flag', `"${name}" is no command.\n\n${HELP}`);
  await command(rest);
}
