import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import * as messages from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { disconnect, setMockOptions } from "@pulumi/pulumi/runtime/settings";
import * as runtimeState from "@pulumi/pulumi/runtime/state";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ArgumentError } from "../../components/core/errors";
import { accept, resetProgram } from "../../components/core/tick";
import { outputsOf } from "./outputs";
import { plain, secretPaths, wrapSecret } from "./values";

/** A resource as the program registered it. */
export interface Registered {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URN of the parent; empty without one. */
  readonly parent: string;
  /** Whether a provider makes it; a component is not custom. */
  readonly custom: boolean;
  /** URN of the explicit provider; empty when the default one would be used. */
  readonly provider: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Inputs in clear. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Paths of the inputs that are marked as secrets: `stringData`, `envs.3`. */
  readonly secrets: readonly string[];
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly ignoreChanges: readonly string[];
  /** How long the engine waits for the provider; empty where the provider decides. */
  readonly customTimeouts: { readonly create?: string; readonly update?: string };
}

/** What the SDK uses itself and does not declare: a runtime of its own, as for the Automation API, and what its engine is said to support. */
interface RuntimeState {
  withLocalStorage<T>(callback: () => T): T;
  getStore(): Record<string, unknown>;
}
const { withLocalStorage, getStore } = runtimeState as unknown as RuntimeState;
const FEATURES = ["Secrets", "ResourceReferences", "DeletedWith", "ReplaceWith", "AliasSpecs", "Parameterization"];

/** What the program looked like from the engine's side. */
export interface Program {
  readonly resources: readonly Registered[];
  /** All resources whose type ends so: `Container`, `networking.k8s.io/v1:NetworkPolicy`. */
  ofType(suffix: string): readonly Registered[];
  /** The only resource of that type ending and name. */
  one(suffix: string, name: string): Registered;
}

const PROJECT = "shop";
const STACK = "test";

type Answer = (error: unknown, response?: messages.RegisterResourceResponse) => void;

class Recorder extends MockMonitor {
  readonly recorded: Registered[] = [];

  constructor() {
    super({
      newResource: () => ({ id: undefined, state: {} }),
      call: ({ token }) => {
        throw new Error(`the program asks a provider for ${token}: a plan must be offline`);
      },
    });
  }

  override async registerResource(request: RegisterResourceRequest, answer: Answer): Promise<void> {
    try {
      const urn = urnOf(request);
      const raw = (request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>;
      const inputs = plain(raw) as Record<string, unknown>;
      this.recorded.push(describe(request, urn, raw, inputs));
      const hidden = new Set(request.getAdditionalsecretoutputsList());
      const state = Object.fromEntries(
        Object.entries({ ...raw, ...outputsOf(request.getType(), request.getName(), inputs) }).map(([key, value]) => [
          key,
          hidden.has(key) ? wrapSecret(value) : value,
        ]),
      );
      const response = new messages.RegisterResourceResponse();
      response.setUrn(urn);
      response.setId(request.getCustom() ? `${request.getName()}-id` : "");
      response.setObject(Struct.fromJavaScript(state as Parameters<typeof Struct.fromJavaScript>[0]));
      this.resources.set(urn, { urn, id: null, state });
      answer(null, response);
    } catch (error) {
      answer(error);
    }
  }
}

function urnOf(request: RegisterResourceRequest): string {
  const parent = request.getParent().split("::")[2];
  const type = parent === undefined ? request.getType() : `${parent}$${request.getType()}`;
  return `urn:pulumi:${STACK}::${PROJECT}::${type}::${request.getName()}`;
}

function describe(
  request: RegisterResourceRequest,
  urn: string,
  raw: Record<string, unknown>,
  inputs: Record<string, unknown>,
): Registered {
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent(),
    custom: request.getCustom(),
    provider: request.getProvider().split("::").slice(0, 4).join("::"),
    protect: request.getProtect() === true,
    retainOnDelete: request.getRetainondelete() === true,
    inputs,
    secrets: secretPaths(raw),
    dependencies: request.getDependenciesList(),
    propertyDependencies: Object.fromEntries(
      [...request.getPropertydependenciesMap().entries()].map(([key, value]) => [key, value.getUrnsList()]),
    ),
    ignoreChanges: request.getIgnorechangesList(),
    customTimeouts: request.getCustomtimeouts()?.toObject() ?? {},
  };
}

/**
 * Runs a program under mocks, in a runtime of its own, until everything is registered. What the program throws, this throws. Its project is `shop`,
 * its stack `test`.
 */
export function withMocks(program: () => void | Promise<void>): Promise<Program> {
  return underMocks(async (recorder) => {
    await program();
    await disconnect();
    return programOf(recorder.recorded);
  });
}

class Enough extends Error {}

/** Runs a program as far as its end and stops it before it registers anything: for what only asks whether it is accepted. Throws what it throws. */
export function stopped(program: () => void): Promise<void> {
  return underMocks(async () => {
    program();
    try {
      accept(() => {
        throw new Enough();
      });
    } catch (error) {
      if (!(error instanceof Enough)) throw error;
    }
    // What the program leaves behind is collected only after a turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  });
}

/** The error by which a program is refused, once it is certain that it has registered nothing. Throws when the program is accepted. */
export function refused(program: () => unknown): Promise<ArgumentError> {
  return underMocks(async (recorder) => {
    let thrown: unknown;
    try {
      await program();
    } catch (error) {
      thrown = error;
    }
    if (thrown === undefined) throw new Error("the program was accepted");
    if (!(thrown instanceof ArgumentError)) throw thrown;
    // What a refused program holds back never ends: there is nothing to wait for but the turns in which it could register.
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(recorder.recorded.map((each) => each.urn)).toEqual([]);
    return thrown;
  });
}

function underMocks<T>(run: (recorder: Recorder) => Promise<T>): Promise<T> {
  return withLocalStorage(async () => {
    resetProgram();
    const recorder = new Recorder();
    setMockOptions(recorder, PROJECT, STACK, false);
    for (const feature of FEATURES) getStore()[`supports${feature}`] = true;
    // The SDK takes a stack trace for each promise and a whole one for each resource, and jest maps each frame to the sources: most of the time.
    const { stackTraceLimit, prepareStackTrace } = Error;
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = String;
    try {
      return await run(recorder);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
      Error.prepareStackTrace = prepareStackTrace;
    }
  });
}

function programOf(recorded: readonly Registered[]): Program {
  const resources = [...recorded].sort((a, b) => (a.urn < b.urn ? -1 : 1));
  const ofType = (suffix: string) => resources.filter((each) => each.type.endsWith(suffix));
  return {
    resources,
    ofType,
    one: (suffix, name) => {
      const found = ofType(suffix).filter((each) => each.name === name);
      if (found.length === 1 && found[0] !== undefined) return found[0];
      const names = ofType(suffix).map((each) => each.name);
      throw new Error(`${found.length} resources ${suffix} "${name}"; there are: ${names.join(", ")}`);
    },
  };
}
