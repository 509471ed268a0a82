import type { ObjectRef } from '@omnia-policy/kube';

/** Common to the projected forms of all objects that get a status or own something. */
export interface Identified {
  readonly ref: ObjectRef;
  readonly uid: string;
  readonly generation: number;
  /** The status as it is stored, to write it only when it differs. */
  readonly status: unknown;
}

/** A ToolPolicy or an AgentPolicy; what it says is in the policy set. */
export interface Policy extends Identified {
  /** Of the stored version; changes with its status too. */
  readonly resourceVersion: string;
}

export interface PrivacyPolicy extends Identified {
  readonly spec: unknown;
}

export interface ToolRegistry extends Identified {
  readonly handlers: readonly Handler[];
  /** Tool names as far as they are known: of handlers with one tool, and discovered ones; undefined when some can't be known. */
  readonly tools: readonly string[] | undefined;
}

export interface Handler {
  readonly name: string;
  /** Lower case: http, openapi, grpc, mcp, client. */
  readonly type: string;
  /** The in-mesh Service, from `service` or from an endpoint's host; undefined for what is outside of the cluster. */
  readonly service: ServiceTarget | undefined;
  /** Host of the endpoint where it may be outside of the cluster: `a.b` is, unless there is a Service of that name. */
  readonly externalHost?: string;
}

/** A port of a Service, by number or name; undefined: all ports that speak HTTP. */
export interface ServiceTarget {
  readonly namespace: string;
  readonly name: string;
  readonly port: number | string | undefined;
}

/** An AgentRuntime. */
export interface Agent extends Identified {
  /** `spec.podOverrides.serviceAccountName`, else `<name>-facade`. */
  readonly serviceAccount: string;
  /** `spec.externalAuth.oidc`. */
  readonly oidc:
    { readonly issuer: string; readonly audiences: readonly string[]; readonly jwksUri?: string } | undefined;
  readonly privacyPolicy: string | undefined;
  readonly serviceGroup: string;
}

export interface Workspace extends Identified {
  /** `spec.namespace.name`; empty when not given. */
  readonly namespace: string;
  readonly services: readonly { readonly name: string; readonly privacyPolicy: string | undefined }[];
}

export interface Service {
  readonly ref: ObjectRef;
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined or empty: it selects no pods by labels. */
  readonly selector: Readonly<Record<string, string>> | undefined;
  readonly ports: readonly ServicePort[];
  /** Other namespaces whose ToolRegistries may name it; `*`: all. */
  readonly registriesFrom: readonly string[];
}

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number | string;
  readonly appProtocol: string;
  readonly protocol: string;
}

export interface Pod {
  readonly ref: ObjectRef;
  readonly labels: Readonly<Record<string, string>>;
  /** It succeeded or failed, and takes no calls any more. */
  readonly hasEnded: boolean;
  /** By an `istio-proxy` container, or by `ambient.istio.io/redirection: enabled`. */
  readonly dataPlane: 'sidecar' | 'ambient' | 'none';
  /** Names of container ports. */
  readonly ports: Readonly<Record<string, number>>;
}

export interface MeshNamespace {
  readonly ref: ObjectRef;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ForeignAuthorization {
  readonly ref: ObjectRef;
  readonly action: string;
  /** Undefined: the whole namespace, unless it has targets. */
  readonly selector: Readonly<Record<string, string>> | undefined;
  /** Gateways and Services that it is attached to. */
  readonly targets: readonly { readonly kind: string; readonly name: string }[];
}

/** What one ext-authz replica said of itself in its Lease. */
export interface ReplicaReport {
  readonly ref: ObjectRef;
  /** The ToolPolicies' resourceVersion up to which it enforces. */
  readonly resourceVersion: string;
  /** Policies that it enforces in another version than the stored one: generation by `namespace/name`; 0: as a failure. */
  readonly lagging: Readonly<Record<string, number>>;
  /** When the replica last said that it is alive, as the Lease has it (RFC 3339), and for how many seconds that holds. */
  readonly renewedAt: string;
  readonly leaseSeconds: number;
}

/** An object that the operator made, as it is stored. */
export interface EmittedObject {
  readonly ref: ObjectRef;
  readonly uid: string;
  /** The owner that it was made for; see labels in istio/. */
  readonly owner: string;
  /** Of spec, our labels and annotations: two objects with the same are the same. */
  readonly contentHash: string;
}
