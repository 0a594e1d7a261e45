#!/usr/bin/env bash
# Checks the manifests that the input `doctor` names; the findings become annotations, and the exit code is that of regsecret.
set -euo pipefail

files=()
while IFS= read -r line || [ -n "$line" ]; do
  # Without the carriage return of a workflow that was written on Windows, and the spaces of a block of YAML.
  line=${line%$'\r'}
  line=${line#"${line%%[![:space:]]*}"}
  line=${line%"${line##*[![:space:]]}"}
  [ -z "$line" ] || files+=(-f "$line")
done <<<"$INPUT_DOCTOR"

# Split at white space, and never evaluated: no word becomes a command or the name of a file.
read -r -d '' -a flags <<<"${INPUT_ARGS:-}" || true

# In bash 3.2 an empty list counts as not set.
exec regsecret doctor -R -o github ${files[@]+"${files[@]}"} ${flags[@]+"${flags[@]}"}
