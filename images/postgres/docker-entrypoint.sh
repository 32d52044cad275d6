#!/bin/sh
# The contract of the official image, for a container that is never root: POSTGRES_USER, POSTGRES_PASSWORD or
# POSTGRES_PASSWORD_FILE, POSTGRES_DB, POSTGRES_INITDB_ARGS, PGDATA, /docker-entrypoint-initdb.d/*.sql and *.sh.
#
# The first start prepares everything beside PGDATA and moves it there at the end: a data directory is either complete
# or not there, so an interrupted first start is simply done again.
set -eu

say() { echo "entrypoint: $*" >&2; }

prepare() {
  parent=$(dirname "$PGDATA")
  if [ -d "$PGDATA" ] && ! rmdir "$PGDATA" 2>/dev/null; then
    say "PGDATA ($PGDATA) is a mount point or holds something that is not a database: give it a folder below the mount"
    exit 1
  fi
  [ -w "$parent" ] || { say "$parent is not writable for uid $(id -u)"; exit 1; }

  user=${POSTGRES_USER:-postgres}
  database=${POSTGRES_DB:-$user}
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
    password=$(cat "$POSTGRES_PASSWORD_FILE")
  else
    password=${POSTGRES_PASSWORD:-}
  fi
  [ -n "$password" ] || { say "POSTGRES_PASSWORD_FILE has to name a file with the password of $user"; exit 1; }

  new="$PGDATA.new"
  rm -rf "$new"
  secret=$(mktemp)
  printf '%s\n' "$password" >"$secret"
  # Local connections come from this container's own uid and nobody else's; the arguments may say otherwise.
  # shellcheck disable=SC2086 # the arguments are meant to be split
  initdb -D "$new" --username="$user" --pwfile="$secret" --data-checksums --encoding=UTF8 --locale=C.UTF-8 \
    --auth-host=scram-sha-256 --auth-local=trust ${POSTGRES_INITDB_ARGS:-}
  rm -f "$secret"
  echo 'host all all all scram-sha-256' >>"$new/pg_hba.conf"

  sockets=$(mktemp -d)
  pg_ctl -D "$new" -w -s -t 120 -o "-c listen_addresses='' -c unix_socket_directories=$sockets -c logging_collector=off" start
  export PGHOST="$sockets" PGUSER="$user"
  if [ "$database" != postgres ]; then
    psql -X -q -v ON_ERROR_STOP=1 -v name="$database" -d postgres <<'SQL'
CREATE DATABASE :"name";
SQL
  fi
  export PGDATABASE="$database"
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sql) say "running $file"; psql -X -q -v ON_ERROR_STOP=1 -f "$file" ;;
      *.sh) say "running $file"; sh -eu "$file" ;;
    esac
  done
  unset PGHOST PGUSER PGDATABASE
  pg_ctl -D "$new" -w -s -m fast stop
  rm -rf "$sockets"
  sync
  mv -T "$new" "$PGDATA"
  say "the database is ready"
}

case "${1:-}" in -* | "") set -- postgres "$@" ;; esac
if [ "$1" = postgres ] && [ "${2:-}" != -C ] && [ "${2:-}" != --version ]; then
  [ "$(id -u)" != 0 ] || { say "PostgreSQL does not run as root: start the container with its own user"; exit 1; }
  [ -s "$PGDATA/PG_VERSION" ] || prepare
fi
unset POSTGRES_PASSWORD
exec "$@"
