{{- /* Names are fixed: proxies, the operator and the webhook find each other by them, and one cluster has one. */ -}}

{{- define "omnia.labels" -}}
{{ include "omnia.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "omnia.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/part-of: omnia-policy
{{- end }}

{{- define "omnia.image" -}}
{{- $tag := .image.tag | default .root.Chart.AppVersion -}}
{{- $name := ternary .image.repository (printf "%s/%s" .root.Values.images.registry .image.repository) (empty .root.Values.images.registry) -}}
{{- if .image.digest -}}
{{ printf "%s@%s" $name .image.digest }}
{{- else -}}
{{ printf "%s:%s" $name $tag }}
{{- end -}}
{{- end }}

{{- define "omnia.extAuthzHost" -}}
omnia-ext-authz-headless.{{ .Release.Namespace }}.svc.{{ .Values.mesh.clusterDomain }}
{{- end }}
