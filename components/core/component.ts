import * as pulumi from "@pulumi/pulumi";
import { programAccepted } from "./tick";

/** Values that a component shows in the state and to policies: plain, flat, without secrets. */
export type Summary = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/**
 * Base of all components: the type token `bulwark:index:<Class>`, a flat summary of the resolved arguments as inputs, and registration only
 * after the whole program was accepted.
 */
export abstract class Component extends pulumi.ComponentResource {
  protected constructor(
    type: string,
    /** The component's name. */
    readonly componentName: string,
    summary: Summary,
    provider: pulumi.ProviderResource,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const defined = Object.fromEntries(Object.entries(summary).filter(([, value]) => value !== undefined));
    super(
      `bulwark:index:${type}`,
      componentName,
      defined,
      pulumi.mergeOptions({ providers: [provider], dependsOn: pulumi.output(programAccepted()) }, opts),
    );
  }
}
