/** The whole help of a command, as its `--help` prints it. */
import type { createCommand } from './command-line.ts';

export function helpOf(command: Pick<ReturnType<typeof createCommand>, 'configureOutput' | 'outputHelp'>): string {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  return help;
}
