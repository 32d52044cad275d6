// Stands in for every provider at once, and for the language host. Prints both ports, the language host's first. It makes nothing: what
// matters is what the engine says of a change, so its diffs are detailed as those of the real providers are.
import { createHash } from "node:crypto";
import * as grpc from "@grpc/grpc-js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { serveLanguage } from "../../engine/language-host";
import { deletesFirst, differences, replaces } from "./differences";

type Call<Q, A> = (call: grpc.ServerUnaryCall<Q, A>, callback: grpc.sendUnaryData<A>) => void;
type Fields = Record<string, JavaScriptValue>;

/** Stands for a value that is not known yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Outputs that a provider makes up. */
const COMPUTED: Readonly<Record<string, readonly string[]>> = {
  "random:index/randomPassword:RandomPassword": ["result"],
  "tls:index/privateKey:PrivateKey": ["privateKeyPem"],
  "docker:index/network:Network": ["id", "scope"],
  "aws:rds/instance:Instance": ["endpoint", "arn"],
  "aws:kms/key:Key": ["arn"],
  "aws:s3/bucket:Bucket": ["arn"],
  "aws:ec2/vpc:Vpc": ["arn"],
};
const SECRET_OUTPUTS = new Set(["result", "privateKeyPem"]);

const fieldsOf = (struct: Struct | undefined): Fields => (struct?.toJavaScript() ?? {}) as Fields;
const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").pop() ?? "";

function outputs(urn: string, inputs: Fields, preview: boolean): Struct {
  const made = (COMPUTED[typeOf(urn)] ?? []).map((key): [string, JavaScriptValue] => {
    const made = preview
      ? UNKNOWN
      : `canary-${createHash("sha256").update(`${urn}\0${key}`).digest("hex").slice(0, 24)}`;
    return [key, SECRET_OUTPUTS.has(key) && !preview ? { [SIGNATURE]: SECRET, value: made } : made];
  });
  return Struct.fromJavaScript({ ...inputs, ...Object.fromEntries(made) });
}

const check: Call<messages.CheckRequest, messages.CheckResponse> = (call, callback) => {
  const response = new messages.CheckResponse();
  response.setInputs(call.request.getNews());
  callback(null, response);
};

const diff: Call<messages.DiffRequest, messages.DiffResponse> = (call, callback) => {
  const type = typeOf(call.request.getUrn());
  const found = differences(fieldsOf(call.request.getOldInputs()), fieldsOf(call.request.getNews()));
  const response = new messages.DiffResponse();
  const { DiffChanges } = messages.DiffResponse;
  response.setChanges(found.length > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE);
  response.setHasdetaileddiff(true);
  const forcing = new Set<string>();
  const top = new Set<string>();
  for (const { path, kind } of found) {
    const forces = replaces(type, path);
    const entry = new messages.PropertyDiff();
    entry.setKind(messages.PropertyDiff.Kind[`${kind}${forces ? "_REPLACE" : ""}` as "ADD"]);
    entry.setInputdiff(true);
    response.getDetaileddiffMap().set(path, entry);
    const key = path.split(/[.[]/)[0] ?? path;
    top.add(key);
    if (forces) forcing.add(key);
  }
  response.setDiffsList([...top]);
  response.setReplacesList([...forcing]);
  response.setDeletebeforereplace(forcing.size > 0 && deletesFirst(type));
  callback(null, response);
};

const create: Call<messages.CreateRequest, messages.CreateResponse> = (call, callback) => {
  const urn = call.request.getUrn();
  const response = new messages.CreateResponse();
  const preview = call.request.getPreview();
  if (!preview) response.setId(createHash("sha256").update(urn).digest("hex").slice(0, 16));
  response.setProperties(outputs(urn, fieldsOf(call.request.getProperties()), preview));
  callback(null, response);
};

const update: Call<messages.UpdateRequest, messages.UpdateResponse> = (call, callback) => {
  const response = new messages.UpdateResponse();
  const made = COMPUTED[typeOf(call.request.getUrn())] ?? [];
  const olds = fieldsOf(call.request.getOlds());
  const kept = made.flatMap((key) => (key in olds ? [[key, olds[key]] as const] : []));
  response.setProperties(
    Struct.fromJavaScript({ ...fieldsOf(call.request.getNews()), ...Object.fromEntries(kept) } as Fields),
  );
  callback(null, response);
};

const read: Call<messages.ReadRequest, messages.ReadResponse> = (call, callback) => {
  const response = new messages.ReadResponse();
  response.setId(call.request.getId());
  response.setProperties(call.request.getProperties());
  response.setInputs(call.request.getInputs());
  callback(null, response);
};

const empty: Call<unknown, Empty> = (_call, callback) => callback(null, new Empty());

const configure: Call<unknown, messages.ConfigureResponse> = (_call, callback) => {
  const response = new messages.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setAcceptresources(true);
  response.setSupportspreview(true);
  callback(null, response);
};

const getPluginInfo: Call<unknown, plugin.PluginInfo> = (_call, callback) => {
  const info = new plugin.PluginInfo();
  info.setVersion("99.0.0");
  callback(null, info);
};

async function serve(): Promise<void> {
  const language = await serveLanguage(String(process.argv[2]));
  const server = new grpc.Server();
  const service = { check, diff, create, update, read, configure, getPluginInfo };
  server.addService(
    (rpc as unknown as { readonly ResourceProviderService: grpc.ServiceDefinition }).ResourceProviderService,
    { ...service, checkConfig: check, diffConfig: diff, delete: empty, attach: empty, cancel: empty } as never,
  );
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    console.log(`${language}\n${port}`);
  });
}

void serve();
