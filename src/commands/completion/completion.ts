/** `regsecret completion`: the script with which a shell asks the program what can be typed next. */
import { EXIT } from '../../errors.ts';
import type { Io } from '../../system/io.ts';

type CompletionShell = 'bash' | 'zsh' | 'fish' | 'powershell' | 'kubectl';

/** Prints the script; returns the exit code. */
export function printCompletion(shell: CompletionShell, io: Io): number {
  io.stdout.writeManifest(COMPLETION_SCRIPTS[shell]);
  return EXIT.ok;
}

/*
 * These are not the scripts of `@bomb.sh/tab`, which finds the candidates (completion-words.ts). Its scripts for Bash and PowerShell
 * evaluate what is typed, the one for Bash needs another package, and zsh does not complete a name with a colon.
 */

/** Splits words at blanks. Bash itself also splits at `:` and `=`, and replaces only what follows the last one. */
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

/**
 * For PowerShell 5.1 and later. Typed text stays data and never becomes code, as it would in Invoke-Expression. A value needs
 * no quotes (complete.ts `isPlainWord`). An empty string keeps PowerShell from proposing files.
 */
const POWERSHELL = `# PowerShell completion of regsecret
Register-ArgumentCompleter -Native -CommandName 'regsecret', 'regsecret.exe' -ScriptBlock {
  param($typed, $line, $cursor)
  $words = @()
  $word = ''
  foreach ($element in ($line.CommandElements | Select-Object -Skip 1)) {
    $extent = $element.Extent
    if ($extent.StartOffset -ge $cursor) { break }
    $isText = $element -is [System.Management.Automation.Language.StringConstantExpressionAst]
    $text = if ($isText) { $element.Value } else { $extent.Text }
    if ($extent.EndOffset -lt $cursor) { $words += $text }
    elseif ($extent.EndOffset -eq $cursor) { $word = $text }
    else { $word = $extent.Text.Substring(0, $cursor - $extent.StartOffset) }
  }
  $asked = $word
  # Before 7.3 an empty argument is lost.
  $version = $PSVersionTable.PSVersion
  $isOld = $version.Major -lt 7 -or ($version.Major -eq 7 -and $version.Minor -lt 3)
  if ($word -eq '' -and ($isOld -or $PSNativeCommandArgumentPassing -eq 'Legacy')) { $asked = '""' }
  $flag = if ($word -match '^-[^=]*=') { $Matches[0] } else { '' }
  $start = $word.Substring($flag.Length)
  $directive = '4'
  $results = @(foreach ($answer in (& regsecret __complete @words $asked 2> $null)) {
    if ($answer.StartsWith(':')) { $directive = $answer.Substring(1); continue }
    $value, $description = $answer -split '\\t', 2
    if (-not $value.StartsWith($start, [StringComparison]::Ordinal)) { continue }
    if (-not $description) { $description = $value }
    [System.Management.Automation.CompletionResult]::new($flag + $value, $value, 'ParameterValue', $description)
  })
  if ($results.Count -gt 0) { return $results }
  if ($directive -ne '0') { return '' }
  if ($flag -ne '') {
    foreach ($file in [System.Management.Automation.CompletionCompleters]::CompleteFilename($start)) {
      [System.Management.Automation.CompletionResult]::new($flag + $file.CompletionText, $file.ListItemText, $file.ResultType, $file.ToolTip)
    }
  }
}
`;

/** kubectl runs a program of this name to complete its plugin (kubectl pkg/cmd/plugin/plugin_completion.go). */
const KUBECTL = `#!/bin/sh
# kubectl_complete-regsecret: completion for the plugin.
exec kubectl-regsecret __complete "$@"
`;

/** By shell; `kubectl` is for the plugin. */
export const COMPLETION_SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH, powershell: POWERSHELL, kubectl: KUBECTL };
