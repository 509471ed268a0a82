import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../stack.js';

/** The part of an OpenAPI schema that our definitions use. */
export interface Schema {
  readonly type: 'object' | 'array' | 'string' | 'boolean' | 'integer';
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string }[];
}

export interface Definition {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  /** Names as kubectl prints them. */
  readonly columns: readonly string[];
  readonly spec: Schema;
  readonly status: Schema;
}

interface Crd {
  readonly spec: {
    readonly names: {
      readonly kind: string;
      readonly plural: string;
      readonly shortNames: readonly string[];
    };
    readonly versions: readonly [
      {
        readonly additionalPrinterColumns: readonly { readonly name: string }[];
        readonly schema: {
          readonly openAPIV3Schema: { readonly properties: Readonly<Record<'spec' | 'status', Schema>> };
        };
      },
    ];
  };
}

export const CRD_FOLDER = join(ROOT, 'manifests/crds');

/** Every definition of manifests/crds, the companions too. */
export function readDefinitions(): Definition[] {
  const texts = readdirSync(CRD_FOLDER).map((file) => readFileSync(join(CRD_FOLDER, file), 'utf8'));
  return texts.flatMap((text) =>
    parseAllDocuments(text).map((document) => toDefinition(document.toJS() as Crd)),
  );
}

const POLICY_KINDS = ['AgentPolicy', 'ToolPolicy', 'SessionPrivacyPolicy'];

/** Those of the kinds that we parse whole. */
export function policyDefinitions(): Definition[] {
  const definitions = readDefinitions();
  return POLICY_KINDS.map((kind) => {
    const found = definitions.find((definition) => definition.kind === kind);
    if (!found) throw new Error(`no definition of ${kind} in ${CRD_FOLDER}`);
    return found;
  });
}

function toDefinition({ spec: { names, versions } }: Crd): Definition {
  const [{ additionalPrinterColumns, schema }] = versions;
  const { kind, plural, shortNames } = names;
  const columns = ['NAME', ...additionalPrinterColumns.map(({ name }) => name.toUpperCase())];
  const { spec, status } = schema.openAPIV3Schema.properties;
  return { kind, plural, shortNames, columns, spec, status };
}

/** A place in a schema: a field, or `[]` for an item of a list. */
export interface Node {
  /** As in `rules[].deny.cel`; empty for the spec itself. */
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** The schema itself and all that is below it. */
export function nodesOf(schema: Schema, path = '', isRequired = true): Node[] {
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    nodesOf(child, path === '' ? name : `${path}.${name}`, schema.required?.includes(name) ?? false),
  );
  const items = schema.items ? nodesOf(schema.items, `${path}[]`) : [];
  return [{ path, schema, isRequired }, ...fields, ...items];
}
