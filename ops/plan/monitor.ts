import { runtime } from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import * as messages from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import type { GraphResource } from "../../policies/graph";
import { awsOutputs } from "./outputs";
import { GENERATED, type SecretSource } from "./source";
import { decode, encodeSecret } from "./values";

type Answer<T> = (error: unknown, response?: T) => void;

/** The protobuf class of the inputs, reached through an instance: the package that has it is a dependency of the SDK, not of ours. */
interface StructClass {
  fromJavaScript(value: Record<string, unknown>): ReturnType<RegisterResourceRequest["getObject"]>;
}

const STACK_TYPE = "pulumi:pulumi:Stack";

/**
 * Stands in for the engine: accepts every resource, writes it down, and answers as a preview would, with its inputs and the few outputs that
 * are known beforehand.
 */
export class RecordingMonitor extends MockMonitor {
  /** What was registered, in order of arrival. */
  readonly recorded: GraphResource[] = [];
  /** Every value that was generated, in clear. */
  readonly generated: string[] = [];
  /** Provider functions that the program called. */
  readonly asked: string[];

  constructor(
    private readonly project: string,
    private readonly stack: string,
    private readonly source: SecretSource,
  ) {
    const asked: string[] = [];
    super({
      newResource: () => ({ id: undefined, state: {} }),
      call: ({ token }) => {
        asked.push(token);
        throw new Error("a plan is made offline");
      },
    });
    this.asked = asked;
  }

  override async registerResource(
    request: RegisterResourceRequest,
    answer: Answer<messages.RegisterResourceResponse>,
  ): Promise<void> {
    try {
      const urn = this.urnOf(request);
      const object = request.getObject();
      if (object === undefined) throw new Error(`${request.getName()} was registered without inputs`);
      const inputs: Record<string, unknown> = object.toJavaScript();
      const props = decode(inputs) as Record<string, unknown>;
      if (request.getType() !== STACK_TYPE) this.recorded.push(describe(request, urn, props));
      const outputs = this.outputsOf(request, urn, props);
      const secret = new Set(request.getAdditionalsecretoutputsList());
      const state = Object.fromEntries(
        Object.entries({ ...inputs, ...outputs }).map(([key, value]) => [
          key,
          secret.has(key) && !isSecret(value) ? encodeSecret(value) : value,
        ]),
      );
      this.resources.set(urn, { urn, id: null, state });
      const response = new messages.RegisterResourceResponse();
      response.setUrn(urn);
      response.setObject((object.constructor as unknown as StructClass).fromJavaScript(state));
      answer(null, response);
    } catch (error) {
      answer(error);
    }
  }

  /** URN as the engine makes it: the types of all ancestors but the stack, joined by `$`. */
  private urnOf(request: RegisterResourceRequest): string {
    const parent = request.getParent().split("::")[2];
    const type = request.getType();
    const qualified = parent === undefined || parent === STACK_TYPE ? type : `${parent}$${type}`;
    return `urn:pulumi:${this.stack}::${this.project}::${qualified}::${request.getName()}`;
  }

  private outputsOf(
    request: RegisterResourceRequest,
    urn: string,
    inputs: Record<string, unknown>,
  ): Record<string, unknown> {
    const type = request.getType();
    const generated = GENERATED[type];
    if (generated !== undefined) {
      const value = this.source.generated({ urn, name: request.getName(), type, inputs });
      this.generated.push(value);
      return { [generated]: value };
    }
    // Whether a one-shot ends well is only seen in an update; a plan takes it that it does.
    if (type === "docker:index/container:Container") return inputs["mustRun"] === false ? { exitCode: 0 } : {};
    return request.getCustom() ? awsOutputs(type, request.getName()) : {};
  }
}

function isSecret(value: unknown): boolean {
  return (
    value instanceof Object && (value as Record<string, unknown>)[runtime.specialSigKey] === runtime.specialSecretSig
  );
}

function describe(request: RegisterResourceRequest, urn: string, props: Record<string, unknown>): GraphResource {
  const parent = request.getParent();
  const provider = request.getProvider().replace(runtime.unknownValue, "[unknown]");
  const byProperty = [...request.getPropertydependenciesMap().entries()]
    .map(([key, value]): [string, string[]] => [key, [...value.getUrnsList()].sort()])
    .filter(([, urns]) => urns.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    ...(parent === "" || parent.split("::")[2] === STACK_TYPE ? {} : { parent }),
    custom: request.getCustom(),
    ...(provider === "" ? {} : { provider }),
    protect: request.getProtect() === true,
    props,
    dependencies: [...request.getDependenciesList()].sort(),
    propertyDependencies: Object.fromEntries(byProperty),
  };
}
