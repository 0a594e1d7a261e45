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
