// Packages of the host itself.
const wanted = [
  "docker.io",
  "debootstrap",
  "iptables",
  "postgresql-client",
  "ca-certificates",
  "prometheus",
  "prometheus-alertmanager",
];

async function missing(sh) {
  const found = await Promise.all(
    wanted.map(async (name) => {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a field of dpkg-query.
      const status = await sh("dpkg-query", ["-W", "-f", "${db:Status-Status}", name], { quiet: true }).catch(() => "");
      return status.trim() === "installed" ? undefined : name;
    }),
  );
  return found.filter((name) => name !== undefined);
}

export const debian = {
  name: "debian",
  lane: "host",
  needs: [],
  async find(sh) {
    return (await missing(sh)).length === 0 ? { packages: wanted } : undefined;
  },
  async make(sh) {
    // A source that is out of reach is no reason to stop: what counts is whether the packages can be installed.
    await sh("apt-get", ["update", "-q"]).catch(() => undefined);
    // RUNLEVEL: their services are not wanted, only the programs.
    const env = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
    await sh("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...(await missing(sh))], { env });
    return { packages: wanted };
  },
};
