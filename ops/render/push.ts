/** An image that is built from a folder of the package. */
export interface ImageContext {
  readonly reference: string;
  /** Folder in the rendered project. */
  readonly folder: string;
  /** Folder on this machine. */
  readonly context: string;
}

/** The script that brings images to the registry that the cluster pulls from. What is there already stays. */
export function pushScript(images: readonly ImageContext[]): string {
  return [
    "#!/bin/sh",
    "# Builds Bulwark's own images and pushes them to the registry that the cluster pulls from. Run it as often as you like.",
    "set -eu",
    'cd "$(dirname "$0")"',
    "",
    "# push IMAGE FOLDER: a tag is a hash of the folder, so an image that is there is the same.",
    "push() {",
    '  docker manifest inspect --insecure "$1" >/dev/null 2>&1 && return 0',
    '  docker build -t "$1" "$2"',
    '  docker push "$1"',
    "}",
    "",
    ...images.map((each) => `push ${each.reference} ${each.folder}`),
    "",
  ].join("\n");
}
