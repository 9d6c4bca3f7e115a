# Read by the launcher, which has set root, stamp, packaged and the functions that this file uses.
# Installs the dependencies beside the tree and moves them in whole, so that a set-up that is killed is begun again.

cache=$root/.cache
lock=$cache/set-up.lock
staging=$cache/set-up

cannot() {
  say "error: Node 24 or newer cannot be had. ($1)"
  say "hint: install Node 20 or newer with npm (https://nodejs.org, or apt-get install nodejs npm), or Node 24."
  exit 3
}

# The lock is a symbolic link to the number of its owner: made whole in one step, or not at all.
take_lock() {
  waited=
  until ln -s "$$" "$lock" 2>/dev/null; do
    owner=$(readlink "$lock" 2>/dev/null) || owner=
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
      # Moving is atomic: of two who find the owner dead, one clears the lock.
      mv "$lock" "$lock.$$" 2>/dev/null && rm -f "$lock.$$"
      continue
    fi
    [ -n "$waited" ] || say "afferent: waiting for the set-up that process ${owner:-?} is doing …"
    waited=yes
    sleep 1
  done
}

release_lock() { if [ "$(readlink "$lock" 2>/dev/null)" = "$$" ]; then rm -f "$lock"; fi; }

install_dependencies() {
  rm -rf "$staging"
  mkdir -p "$staging"
  cp "$root/package.json" "$root/package-lock.json" "$root/.npmrc" "$staging/"
  # Every package works without its install script; some scripts look for downloads that need the internet.
  (cd "$staging" && npm ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund --loglevel=error >&2) || {
    say "error: Node 24 or newer cannot be had. (npm ci failed)"
    say "hint: check that npm reaches its registry (npm ping), then run the same command again."
    exit 3
  }
  fingerprint >"$staging/node_modules/.afferent-setup"
  rm -rf "$cache/old_modules"
  if [ -d "$root/node_modules" ]; then mv "$root/node_modules" "$cache/old_modules"; fi
  mv "$staging/node_modules" "$root/node_modules"
  rm -rf "$cache/old_modules" "$staging"
}

set_up() {
  system_node=$(command -v node 2>/dev/null) || cannot 'there is no node on the PATH'
  command -v npm >/dev/null 2>&1 || cannot 'there is no npm on the PATH'
  if [ "$(major "$system_node")" -lt 20 ]; then cannot "node on the PATH is $("$system_node" --version)"; fi
  mkdir -p "$cache" 2>/dev/null || cannot "$root cannot be written"
  take_lock
  trap 'release_lock' EXIT
  trap 'say "afferent: set-up interrupted; the next command begins it again."; exit 130' INT TERM HUP
  if ! is_set_up; then
    say "afferent: installing Node 24 and the dependencies with npm, once; this takes a minute or two …"
    began=$(date +%s)
    install_dependencies
    say "afferent: installed in $(($(date +%s) - began)) s."
  fi
  release_lock
  trap - EXIT INT TERM HUP
  find_node || cannot "npm has no Node 24 for $(uname -sm)"
}
