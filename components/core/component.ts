import * as pulumi from "@pulumi/pulumi";
import { type Override, Overriding } from "./overrides";
import { accept, programAccepted } from "./tick";

/** Values that a component shows in the state and to policies: plain, flat, without secrets. */
export type Summary = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Options of every component: those of Pulumi, and changes to the resources that the component makes. */
export interface ComponentOptions extends pulumi.ComponentResourceOptions {
  /**
   * Changes to single resources of the component; see {@link override}. Default: none. One that names no resource of the component is an
   * `ArgumentError`. Resources made later, for the services that link to the component, cannot be changed so.
   */
  readonly overrides?: readonly Override[];
}

/**
 * Base of all components: the type token `bulwark:index:<Class>`, a flat summary of the resolved arguments as inputs, and registration only
 * after the whole program was accepted.
 */
export abstract class Component extends pulumi.ComponentResource {
  readonly #summary: pulumi.Inputs;
  #unchecked: Overriding | undefined;

  protected constructor(
    private readonly kind: string,
    /** The component's name. */
    readonly componentName: string,
    summary: Summary,
    provider: pulumi.ProviderResource,
    { overrides = [], ...opts }: ComponentOptions = {},
  ) {
    const shown = overrides.map((each) => `${each.resource.name} ${each.name}`);
    const all: Summary = { ...summary, overrides: shown.length === 0 ? undefined : shown };
    const defined = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const overriding = overrides.length === 0 ? undefined : new Overriding(overrides);
    super(
      `bulwark:index:${kind}`,
      componentName,
      defined,
      pulumi.mergeOptions(
        {
          providers: [provider],
          dependsOn: pulumi.output(programAccepted()),
          ...(overriding === undefined ? {} : { transformations: [overriding.transformation] }),
        },
        opts,
      ),
    );
    this.#summary = defined;
    this.#unchecked = overriding;
  }

  /** Policies that look at the whole stack are shown outputs alone, so the summary is there as well. */
  protected override registerOutputs(outputs: pulumi.Inputs = {}): void {
    const overriding = this.#unchecked;
    // The SDK calls this once more by itself.
    this.#unchecked = undefined;
    if (overriding !== undefined) accept(() => overriding.check(`${this.kind} "${this.componentName}"`));
    super.registerOutputs({ ...this.#summary, ...outputs });
  }
}
