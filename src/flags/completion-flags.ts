/** The argument of `regsecret completion`. */
import { Argument, type Command } from 'commander';

export function completionFlags(completion: Command): Command {
  return completion.addArgument(
    new Argument('<shell>', 'where it is used').choices(['bash', 'zsh', 'fish', 'powershell', 'kubectl']),
  );
}
