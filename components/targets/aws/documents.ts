import * as pulumi from "@pulumi/pulumi";
import type { Permission } from "../../core/links";

/** One statement of a policy document. */
export interface Statement extends Omit<Permission, "Effect"> {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | { readonly AWS?: string; readonly Service?: string };
}

/** A statement that allows actions on resources. */
export function allow(
  actions: readonly string[],
  resources: readonly string[],
  condition?: Permission["Condition"],
): Permission {
  return {
    Effect: "Allow",
    Action: actions,
    Resource: resources,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

/** The text of a policy document. */
export function document(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** The text of a policy document that names resources whose addresses come later. */
export function documentOf<T extends Readonly<Record<string, pulumi.Input<string>>>>(
  names: T,
  statements: (known: { readonly [K in keyof T]: string }) => readonly Statement[],
): pulumi.Output<string> {
  return pulumi.all(names).apply((known) => document(statements(known as { readonly [K in keyof T]: string })));
}

/** Who may take a role: one service of AWS. */
export function trusts(service: string): string {
  return document([{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }]);
}
