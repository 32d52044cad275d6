import type { RenderedProject } from "./compose";
import { RUN_LABEL } from "./compose";

/**
 * The script that brings a project up and applies a new version of it. `docker compose up -d` alone stops all replicas of a changed service
 * before it starts one, and runs every one-shot again; this goes through the services one by one in dependency order, waits for each, runs only
 * the one-shots that have changed, and stops at the first that fails, with everything after it still running as it was.
 */
export function updateScript(project: RenderedProject): string {
  const secrets = project.files.filter((file) => file.secret).map((file) => file.path);
  const built = new Set(project.builds.folders.keys());
  const builders = new Map(
    project.services.filter((each) => "build" in each.fields).map((each) => [each.image, each.key] as const),
  );
  const pulled = new Map(
    project.services.filter((each) => !built.has(each.image)).map((each) => [each.image, each.key] as const),
  );
  const last = project.services.findLast((each) => !each.oneShot);
  return [
    HEAD.replace("PROJECT", quoted(project.name)),
    ...secrets.map((path) => `needs ${quoted(path)}`),
    "",
    "# Images first: a missing one is found while everything still runs.",
    ...[...builders].map(([image, key]) => `image ${quoted(image)} build ${key}`),
    ...[...pulled].map(([image, key]) => `image ${quoted(image)} pull ${key}`),
    "",
    FIRST,
    "",
    ...project.services.map((each) =>
      each.oneShot ? `once ${each.key} ${quoted(each.container)} ${each.run}` : `serve ${each.key} ${each.waitSeconds}`,
    ),
    "",
    "# Containers of services that are no longer in the project.",
    ...(last === undefined
      ? []
      : [`COMPOSE_IGNORE_ORPHANS=false compose up -d --no-deps --no-recreate --remove-orphans ${last.key}`]),
    'say "done"',
    "",
  ].join("\n");
}

const HEAD = `#!/bin/sh
# Brings this project up, or applies a newly rendered version of it without losing requests. Run it as often as you like.
set -eu
cd "$(dirname "$0")"
export COMPOSE_IGNORE_ORPHANS=true
project=PROJECT

say() { printf '%s\\n' "$*" >&2; }
fail() { say "update.sh: $*"; exit 1; }
compose() { docker compose "$@"; }
needs() { [ -r "$1" ] || fail "$1 is missing. Render again with --secrets generate, or --secrets FILE."; }

# image IMAGE build|pull SERVICE: makes sure that the image is on the host.
image() {
  docker image inspect "$1" >/dev/null 2>&1 || { say "$2 $1"; compose "$2" "$3" || fail "the image $1 cannot be had; nothing was changed"; }
}

# once SERVICE CONTAINER VERSION: runs a one-shot, unless this very version has already ended well.
once() {
  state=$(docker inspect -f '{{index .Config.Labels "${RUN_LABEL}"}} {{.State.Status}} {{.State.ExitCode}}' "$2" 2>/dev/null || :)
  [ "$state" != "$3 exited 0" ] || return 0
  say "run $1"
  compose up -d --no-deps --force-recreate "$1" || fail "$1 cannot be started; nothing after it was changed"
  code=$(docker wait "$2")
  [ "$code" = 0 ] && return 0
  compose logs --no-log-prefix --tail 50 "$1" >&2 || :
  fail "$1 ended with exit code $code; nothing after it was changed"
}

# serve SERVICE SECONDS: starts or replaces a service if it is not as the project says, and waits until it is healthy.
serve() {
  compose up -d --no-deps --wait --wait-timeout "$2" "$1" && return 0
  compose logs --no-log-prefix --tail 50 "$1" >&2 || :
  fail "$1 is not well within $2 seconds; nothing after it was changed"
}

docker version >/dev/null 2>&1 || fail "no Docker daemon answers. Is it running, and may you use it? (bulwark doctor says more)"
docker compose version >/dev/null 2>&1 || fail "the compose plugin of Docker is missing"`;

const FIRST = `# The first time there is nothing to keep running: all at once, in the order that compose finds.
[ -n "$(docker ps -aq --filter "label=com.docker.compose.project=$project")" ] || compose up -d || fail "the first start failed; mend the cause and run this again"`;

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
