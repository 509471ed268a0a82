// istiocheck reads YAML or JSON documents from stdin, runs on each the validation of Istio's own admission webhook, and
// prints one line of JSON for each. For an AuthorizationPolicy the line also has the Envoy filters that Istio makes of it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	kubeyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	security "istio.io/api/security/v1beta1"
	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/security/authz/builder"
	"istio.io/istio/pilot/pkg/security/trustdomain"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
	_ "istio.io/istio/pkg/config/xds"
	"istio.io/istio/pkg/log"
)

type verdict struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	// Whether Istio reads this kind at all.
	Known   bool   `json:"known"`
	Error   string `json:"error,omitempty"`
	Warning string `json:"warning,omitempty"`
	// Of an AuthorizationPolicy: the filters of HTTP listeners and those of TCP listeners.
	HTTPFilters []json.RawMessage `json:"httpFilters,omitempty"`
	TCPFilters  []json.RawMessage `json:"tcpFilters,omitempty"`
}

func main() {
	// Istio logs to stdout unless told otherwise.
	options := log.DefaultOptions()
	options.OutputPaths = []string{"stderr"}
	if err := log.Configure(options); err != nil {
		fail(err)
	}
	reader := kubeyaml.NewYAMLReader(bufio.NewReader(os.Stdin))
	out := json.NewEncoder(os.Stdout)
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			fail(err)
		}
		var object crd.IstioKind
		if err := yaml.Unmarshal(document, &object); err != nil {
			fail(err)
		}
		if object.Kind == "" {
			continue
		}
		if err := out.Encode(check(&object)); err != nil {
			fail(err)
		}
	}
}

func check(object *crd.IstioKind) verdict {
	v := verdict{Kind: object.Kind, Namespace: object.Namespace, Name: object.Name}
	gvk := object.GroupVersionKind()
	schema, known := collections.Pilot.FindByGroupVersionAliasesKind(config.FromKubernetesGVK(gvk))
	v.Known = known
	if !known {
		return v
	}
	cfg, err := crd.ConvertObjectInternal(schema, object, "cluster.local", strict)
	if err != nil {
		v.Error = err.Error()
		return v
	}
	warning, err := schema.ValidateConfig(*cfg)
	if err != nil {
		v.Error = err.Error()
		return v
	}
	if warning != nil {
		v.Warning = warning.Error()
	}
	if spec, ok := cfg.Spec.(*security.AuthorizationPolicy); ok {
		v.HTTPFilters, v.TCPFilters = filters(cfg, spec)
	}
	return v
}

// strict refuses fields that Istio does not have; an API server would only warn of them and drop them.
func strict(s resource.Schema, text string) (config.Spec, error) {
	spec, err := s.NewInstance()
	if err != nil {
		return nil, err
	}
	return spec, config.ApplyJSONStrict(spec, text)
}

func filters(cfg *config.Config, spec *security.AuthorizationPolicy) (http, tcp []json.RawMessage) {
	policy := model.AuthorizationPolicy{
		Name: cfg.Name, Namespace: cfg.Namespace, Annotations: cfg.Annotations, Spec: spec,
	}
	policies := model.AuthorizationPoliciesResult{}
	switch spec.GetAction() {
	case security.AuthorizationPolicy_ALLOW:
		policies.Allow = append(policies.Allow, policy)
	case security.AuthorizationPolicy_DENY:
		policies.Deny = append(policies.Deny, policy)
	case security.AuthorizationPolicy_AUDIT:
		policies.Audit = append(policies.Audit, policy)
	default:
		// CUSTOM needs the providers of a mesh's configuration.
		return nil, nil
	}
	bundle := trustdomain.NewBundle("cluster.local", nil)
	b := builder.New(bundle, nil, policies, builder.Option{UseFilterState: false})
	for _, filter := range b.BuildHTTP() {
		http = append(http, asJSON(filter))
	}
	for _, filter := range b.BuildTCP() {
		tcp = append(tcp, asJSON(filter))
	}
	return http, tcp
}

func asJSON(message proto.Message) json.RawMessage {
	text, err := protojson.Marshal(message)
	if err != nil {
		fail(err)
	}
	return text
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "istiocheck:", err)
	os.Exit(1)
}
