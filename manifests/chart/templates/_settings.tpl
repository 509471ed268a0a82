{{- /* Flags and variables of the programs. A test reads them with the programs' own tables. */ -}}

{{- define "omnia.operatorArgs" -}}
- --system-namespace={{ .Release.Namespace }}
- --webhook=:9443
- --ops=:9192
- --trust-domain={{ .Values.mesh.trustDomain }}
- --cluster-domain={{ .Values.mesh.clusterDomain }}
- --istio-root-namespace={{ .Values.mesh.istioRootNamespace }}
- --ext-authz-address={{ include "omnia.extAuthzHost" . }}:9191
- --ext-authz-timeout={{ .Values.extAuthz.timeoutMs }}ms
- --max-request-bytes={{ int .Values.extAuthz.maxRequestBytes }}
{{- with .Values.mesh.defaultIssuer }}
{{- if .issuer }}
- {{ printf "--jwt-issuer=%s" .issuer | quote }}
{{- with .audiences }}
- {{ join "," . | printf "--jwt-audiences=%s" | quote }}
{{- end }}
{{- with .jwksUri }}
- {{ printf "--jwks-uri=%s" . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.filterImage }}
{{- if .url }}
- --wasm-image={{ .url }}
- --wasm-image-sha256={{ .sha256 }}
{{- with .pullSecret }}
- --wasm-pull-secret={{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.secretChecks.namespaces }}
- {{ join "," . | printf "--secret-namespaces=%s" | quote }}
{{- end }}
- --log-level={{ .Values.operator.logLevel }}
{{- end }}

{{- define "omnia.extAuthzArgs" -}}
- --kubernetes
- --report-namespace={{ .Release.Namespace }}
- --trust-domain={{ .Values.mesh.trustDomain }}
- --listen=:9191
- --ops=:9192
- --workers={{ .Values.extAuthz.workers }}
- --unmatched={{ .Values.extAuthz.unmatched }}
- --mcp-denial={{ .Values.extAuthz.mcpDenial }}
- --max-request-bytes={{ int .Values.extAuthz.maxRequestBytes }}
- --log-level={{ .Values.extAuthz.logLevel }}
{{- end }}

{{- define "omnia.podEnv" -}}
- name: OMNIA_POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: OMNIA_POD_UID
  valueFrom:
    fieldRef:
      fieldPath: metadata.uid
{{- end }}
