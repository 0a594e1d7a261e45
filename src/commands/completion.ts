/** `regsecret completion`: the script with which a shell asks the program what can be typed next. */
import { EXIT } from '../errors.ts';
import type { Io } from '../io.ts';

type CompletionShell = 'bash' | 'zsh' | 'fish' | 'kubectl';

/** Prints the script; returns the exit code. */
export function printCompletion(shell: CompletionShell, io: Io): number {
  io.stdout.writeManifest(SCRIPTS[shell]);
  return EXIT.ok;
}

/** Words are split at blanks: Bash itself splits at `:` and `=`, too, and replaces only what stands behind the last one. */
const BASH = `# bash completion of regsecret
_regsecret() {
  local text=\${COMP_LINE:0:COMP_POINT} part=\${COMP_WORDS[COMP_CWORD]} words word value directive=4
  read -ra words <<< "$text"
  [[ $text == *[[:space:]] ]] && words+=('')
  word=\${words[\${#words[@]}-1]}
  [[ $word == -*=* ]] && word=\${word#*=}
  [[ $part == [=:] ]] && part=
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    case $value in
      :*) directive=\${value#:} ;;
      "$word"*) COMPREPLY+=("\${value#"\${word%"$part"}"}") ;;
    esac
  done < <(regsecret __complete "\${words[@]:1}" 2> /dev/null)
  if [[ $directive == 4 ]]; then compopt +o default 2> /dev/null; fi
}
complete -o default -F _regsecret regsecret
`;

const ZSH = `#compdef regsecret
_regsecret() {
  local line directive=4
  local -a candidates
  for line in "\${(@f)$(regsecret __complete "\${(@Q)words[2,CURRENT]}" 2> /dev/null)}"; do
    case $line in
      :*) directive=\${line#:} ;;
      ?*) candidates+=("\${\${line//:/\\\\:}/$'\\t'/:}") ;;
    esac
  done
  [[ \${words[CURRENT]} == -*=* ]] && compset -P '*='
  if (( \${#candidates} )); then
    _describe regsecret candidates
  elif [[ $directive == 0 ]]; then
    _files
  fi
}
if [[ \${funcstack[1]} == _regsecret ]]; then
  _regsecret "$@"
else
  compdef _regsecret regsecret
fi
`;

const FISH = `# fish completion of regsecret
function __regsecret_complete
  set -l words (commandline -opc)
  set -l word (commandline -ct)
  set -l flag (string match -r -- '^-[^=]*=' "$word")
  for line in (regsecret __complete $words[2..-1] "$word" 2> /dev/null)
    switch "$line"
      case ':0'
        __fish_complete_path (string replace -- "$flag" '' "$word")
      case ':*'
      case '*'
        echo "$flag$line"
    end
  end
end
complete -c regsecret -f -a '(__regsecret_complete)'
`;

/** kubectl runs a program of this name for its plugin (kubectl pkg/cmd/plugin/plugin_completion.go). */
const KUBECTL = `#!/bin/sh
# kubectl_complete-regsecret: completion for the plugin.
exec kubectl-regsecret __complete "$@"
`;

const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH, kubectl: KUBECTL };
