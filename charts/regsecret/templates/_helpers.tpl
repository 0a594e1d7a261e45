{{- define "regsecret.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "regsecret.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "regsecret.labels" -}}
{{ include "regsecret.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "regsecret.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "regsecret.account.sync" -}}
{{- default (include "regsecret.fullname" .) .Values.sync.serviceAccount.name -}}
{{- end -}}

{{- define "regsecret.account.rotate" -}}
{{- default (printf "%s-rotate" (include "regsecret.fullname" .)) .Values.rotate.serviceAccount.name -}}
{{- end -}}

{{- /* What no schema can say. */ -}}
{{- define "regsecret.check" -}}
{{- with .Values.sync -}}
{{- $ways := list -}}
{{- if .namespaces.selector }}{{ $ways = append $ways "sync.namespaces.selector" }}{{ end -}}
{{- if .namespaces.names }}{{ $ways = append $ways "sync.namespaces.names" }}{{ end -}}
{{- if .namespaces.all }}{{ $ways = append $ways "sync.namespaces.all" }}{{ end -}}
{{- if not $ways }}{{ fail "No namespace is chosen: set sync.namespaces.selector, sync.namespaces.names or sync.namespaces.all." }}{{ end -}}
{{- if gt (len $ways) 1 }}{{ fail (printf "%s cannot be used together: leave one of them. The default of sync.namespaces.selector goes with --set sync.namespaces.selector=." (join " and " $ways)) }}{{ end -}}
{{- if and .restart (not .attach) }}{{ fail "sync.restart needs service accounts in sync.attach." }}{{ end -}}
{{- if and .refresh (not .servers) }}{{ fail "sync.refresh is for logins of a credential helper: name their registries in sync.servers." }}{{ end -}}
{{- if and .servers (not $.Values.dockerConfig) }}{{ fail "sync.servers needs dockerConfig, which says which credential helper has the logins." }}{{ end -}}
{{- if and .servers $.Values.rotate.enabled }}{{ fail "rotate changes the Secret of sync.source, which is not used with sync.servers: set rotate.enabled=false." }}{{ end -}}
{{- end -}}
{{- if $.Values.dockerConfig.auths }}{{ fail "dockerConfig is in a ConfigMap, which is no place for passwords: put logins into the Secret of sync.source." }}{{ end -}}
{{- if and .Values.image.tag .Values.image.digest }}{{ fail "image.tag and image.digest cannot be used together." }}{{ end -}}
{{- end -}}

{{- /* The rules that regsecret rbac prints: files/rights.json has them for every choice, with placeholders for names. */ -}}
{{- define "regsecret.syncRules" -}}
{{- $sync := .Values.sync -}}
{{- $names := list -}}
{{- range $sync.attach }}{{ if hasPrefix "sa/" . }}{{ $names = append $names (trimPrefix "sa/" .) }}{{ end }}{{ end -}}
{{- $names = uniq $names -}}
{{- $default := has "default" $names -}}
{{- $which := "none" -}}
{{- if has "used" $sync.attach -}}
{{- $which = ternary "used,default" "used" $default -}}
{{- else if or (has "all" $sync.attach) (gt (len $names) 1) -}}
{{- $which = ternary "several,default" "several" $default -}}
{{- else if $names -}}
{{- $which = ternary "default" "one" $default -}}
{{- end -}}
{{- $key := printf "%s%s%s" $which (ternary ",restart" "" $sync.restart) (ternary ",prune" "" $sync.prune) -}}
{{- $rules := index (.Files.Get "files/rights.json" | fromJson) $key -}}
{{- toYaml $rules | replace "SOURCE" $sync.source | replace "ACCOUNT" (first (append $names "")) -}}
{{- end -}}

{{- /* The policy that regsecret rbac --guard prints: files/guards.json has its spec for every choice. */ -}}
{{- define "regsecret.guardSpec" -}}
{{- $text := .root.Files.Get "files/guards.json" | replace "SOURCE" .root.Values.sync.source -}}
{{- $text = replace "CHOSEN" (include "regsecret.chosen" .root | toJson | trimAll "\"") $text -}}
{{- toYaml (index (fromJson $text) .key) -}}
{{- end -}}

{{- define "regsecret.guardKey" -}}
{{- with .Values.sync -}}
{{- ternary "accounts" "secrets" (or (not (empty .attach)) .prune) }}{{ ternary ",restart" "" .restart }}{{ ternary ",prune" "" .prune -}}
{{- end -}}
{{- end -}}

{{- /* The condition that a namespace is selected, as src/copies/chosen-namespaces.ts makes it. */ -}}
{{- define "regsecret.chosen" -}}
{{- with .Values.sync.namespaces -}}
{{- $name := "namespaceObject.metadata.name" -}}
{{- $globs := list -}}
{{- $names := list -}}
{{- range uniq .names }}{{ if regexMatch "[*?[]" . }}{{ $globs = append $globs . }}{{ else }}{{ $names = append $names (squote .) }}{{ end }}{{ end -}}
{{- $picked := list (printf "!%s" (include "regsecret.matching" (list "kube-*" "openshift-*"))) -}}
{{- if .selector }}{{ $picked = append $picked (include "regsecret.labelled" .selector) }}{{ end -}}
{{- if $globs }}{{ $picked = append $picked (include "regsecret.matching" $globs) }}{{ end -}}
{{- $ways := list -}}
{{- if $names }}{{ $ways = append $ways (printf "%s in [%s]" $name (join ", " $names)) }}{{ end -}}
{{- if or .selector .all $globs }}{{ $ways = append $ways (include "regsecret.joined" (dict "by" " && " "all" $picked)) }}{{ end -}}
{{- $all := list (printf "%s != request.userInfo.username.split(':')[2]" $name) -}}
{{- if .exclude }}{{ $all = append $all (printf "!%s" (include "regsecret.matching" (uniq .exclude))) }}{{ end -}}
{{- $all = append $all "namespaceObject.metadata.?annotations[?'regsecret/sync'].orValue('true').matches('(?i)^true$')" -}}
{{- $all = append $all (include "regsecret.joined" (dict "by" " || " "all" $ways)) -}}
{{- include "regsecret.joined" (dict "by" " && " "all" $all) -}}
{{- end -}}
{{- end -}}

{{- /* As src/copies/admission-objects.ts writes them. */ -}}
{{- define "regsecret.admissionAnnotations" -}}
{{- with .Values.sync.namespaces -}}
{{- $globs := list -}}
{{- $names := list -}}
{{- range uniq .names }}{{ if regexMatch "[*?[]" . }}{{ $globs = append $globs . }}{{ else }}{{ $names = append $names . }}{{ end }}{{ end -}}
{{- $selection := dict "all" (or .all (ne .selector "")) "exclude" (uniq .exclude) "globs" $globs "names" $names -}}
{{- if .selector }}{{ $_ := set $selection "labelSelector" .selector }}{{ end -}}
regsecret/source: {{ printf "%s/%s" $.Release.Namespace $.Values.sync.source }}
regsecret/selection: {{ $selection | mustToRawJson | quote }}
{{- end -}}
{{- end -}}

{{- define "regsecret.joined" -}}
{{- $parts := list -}}
{{- range .all }}{{ $parts = append $parts (ternary (printf "(%s)" .) . (regexMatch " (&&|\\|\\||\\?) " .)) }}{{ end -}}
{{- if eq (len .all) 1 }}{{ first .all }}{{ else }}{{ join .by $parts }}{{ end -}}
{{- end -}}

{{- define "regsecret.matching" -}}
{{- $all := list -}}
{{- range . }}{{ $all = append $all (. | replace "[^" "[!" | replace "^" "\\\\^" | replace "[!" "[^" | replace "*" ".*" | replace "?" ".") }}{{ end -}}
namespaceObject.metadata.name.matches('^({{ join "|" $all }})$')
{{- end -}}

{{- define "regsecret.labelled" -}}
{{- $form := "^(!?)\\s*([\\w./-]+)(?:\\s*(==?|!=)\\s*([\\w.-]*)|\\s+(in|notin)\\s*\\(([\\w.\\s,-]*)\\))?$" -}}
{{- $all := list -}}
{{- range regexFindAll "[^,(]+(\\([^)]*\\))?" . -1 -}}
{{- $text := trim . -}}
{{- if not (regexMatch $form $text) }}{{ fail (printf "sync.namespaces.selector has a form that the policy cannot express: %s. Set guard.enabled=false, or use a form such as a=b,c!=d,e." $text) }}{{ end -}}
{{- $not := or (hasPrefix "!" $text) (eq (regexReplaceAll $form $text "${3}${5}") "!=" "notin") -}}
{{- $expression := printf "'%s' in variables.labels" (regexReplaceAll $form $text "${2}") -}}
{{- if regexReplaceAll $form $text "${3}${5}" -}}
{{- $values := list -}}
{{- range splitList "," (regexReplaceAll $form $text "${4}${6}") }}{{ $values = append $values (squote (trim .)) }}{{ end -}}
{{- $expression = printf "%s && variables.labels['%s'] in [%s]" $expression (regexReplaceAll $form $text "${2}") (join ", " $values) -}}
{{- end -}}
{{- $all = append $all (ternary (printf "!(%s)" $expression) $expression $not) -}}
{{- end -}}
{{- include "regsecret.joined" (dict "by" " && " "all" $all) -}}
{{- end -}}

{{- define "regsecret.pod" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
enableServiceLinks: false
{{- if .Values.hostNetwork }}
hostNetwork: true
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "regsecret.podMetadata" -}}
{{- with .Values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
labels:
  {{- include "regsecret.selector" . | nindent 2 }}
  {{- with .Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "regsecret.env" -}}
{{- $env := .Values.env -}}
{{- if .Values.dockerConfig }}{{ $env = append $env (dict "name" "DOCKER_CONFIG" "value" "/docker") }}{{ end -}}
{{- with $env }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "regsecret.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end -}}
