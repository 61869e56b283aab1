#!/usr/bin/env bash
# Restarts the members of a ZooKeeper StatefulSet one by one, so that the service goes on. Runs in bash 3.2 and newer.
set -euo pipefail

usage() {
  cat <<'END'
Usage: roll-zookeeper.sh [--name=value]...

Deletes the pods of a ZooKeeper StatefulSet (updateStrategy OnDelete) one after the other, so that each starts anew from
the current template: pods that do not run first, then unready ones, followers, and the leader last. Before each,
zk-health says that the member may be stopped; after each, the new pod must be ready. In the end, and also when there is
nothing to restart, it checks that all pods are new and ready and that the ensemble is healthy. Started again after an
interruption it goes on where it was.

  --context=NAME       of kubectl's configuration (default: the current one)
  --namespace=NAME     (default: zookeeper)
  --statefulset=NAME   (default: zookeeper)
  --container=NAME     the one with zk-health (default: zookeeper)
  --port=PORT          of clients (default: 2181)
  --zk-health=PATH     in that container (default: /probe/zk-health)
  --zk-health-flag=F   a further flag for each check, like --timeout=10s; may be given several times
  --all                also restart pods that have the current template already
  --timeout=SECONDS    how long one wait may take (default: 900)
  --dry-run            say what would be done first, and for each member whether it may be stopped now; change nothing
  --force              when no member may be stopped for 60 s, restart one all the same: clients lose the service. Those
                       that do not run or do not answer are deleted together. It stops when the servers' lists of
                       members allow two quorums; servers without a quorum do not tell their lists

A pod counts as not running only if its status says so. An answer that is not understood stops the script.
A Lease (roll-NAME, for the StatefulSet NAME) keeps a second run out. It is removed at the end. One that a killed run
left behind is taken over when it has not been renewed for 60 s.

Needs kubectl 1.27 or newer ($KUBECTL, if it has another name; it may be several words, like "k3s kubectl") and the rights
in roll-zookeeper-role.yaml. Exit codes: 0 all pods are new and the ensemble is healthy, 1 it is not, or something stood
in the way, 2 usage, 130 or 143 stopped by a signal. It stops at the first trouble.
END
}

misuse() { echo "roll-zookeeper: $*" >&2; exit 2; }
fail() { echo "roll-zookeeper: $*" >&2; exit 1; }
say() { echo "$(date +%H:%M:%S) $*"; }
rest() { sleep "${ROLL_PAUSE:-1}"; }

context='' namespace=zookeeper statefulset=zookeeper container=zookeeper port=2181 health=/probe/zk-health
all=no dry_run=no force=no timeout=900 health_flags=()
for argument in "$@"; do
  case $argument in
    --context=?*) context=${argument#*=} ;;
    --namespace=?*) namespace=${argument#*=} ;;
    --statefulset=?*) statefulset=${argument#*=} ;;
    --container=?*) container=${argument#*=} ;;
    --port=?*) port=${argument#*=} ;;
    --zk-health=?*) health=${argument#*=} ;;
    --zk-health-flag=--?*) health_flags+=("${argument#*=}") ;;
    --timeout=?*) timeout=${argument#*=} ;;
    --all) all=yes ;;
    --dry-run) dry_run=yes ;;
    --force) force=yes ;;
    --help) usage; exit 0 ;;
    *) misuse "unknown argument $argument; see --help" ;;
  esac
done
[[ $timeout =~ ^[1-9][0-9]{0,7}$ ]] || misuse "--timeout=$timeout is no number of seconds"
[[ $port =~ ^[1-9][0-9]{0,4}$ && $port -le 65535 ]] || misuse "--port=$port is no port"
for name in "$namespace" "$statefulset" "$container"; do
  [[ $name =~ ^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$ ]] || misuse "$name is no name of Kubernetes"
done
read -r -a kubectl <<<"${KUBECTL:-kubectl}"
[[ -z $context ]] || kubectl+=("--context=$context")
lock=roll-$statefulset lock_seconds=${ROLL_LOCK_SECONDS:-60} lock_version='' lock_renewed=0
me=$(hostname 2>/dev/null || echo unknown)-$$-$RANDOM

# ---- kubectl

kube() { "${kubectl[@]}" --namespace="$namespace" --request-timeout=20s "$@"; }

# read_fields WHAT KUBECTL-ARGUMENT...: its output in $fields. Tried again when it fails, which may be a moment's trouble;
# by a run that holds the lease, as long as nobody else may take it.
read_fields() {
  local what=$1 try=0 deadline=$SECONDS
  shift
  [[ -z $lock_version ]] || deadline=$((SECONDS + lock_seconds))
  until fields=$(kube "$@" 2>"$errors"); do
    try=$((try + 1))
    [[ $try -lt 4 || $SECONDS -lt $deadline ]] && [[ $(<"$errors") != *"(NotFound)"* && $(<"$errors") != *"(Forbidden)"* ]] ||
      fail "kubectl cannot get $what in namespace $namespace: $(<"$errors")"
    [[ $try -gt 1 ]] || echo "roll-zookeeper: kubectl cannot get $what, trying again: $(<"$errors")" >&2
    rest
    rest
  done
}

SET_FIELDS="{.metadata.uid}|{.spec.replicas}|{.spec.ordinals.start}|{.status.updateRevision}|\
{.spec.updateStrategy.type}|{.metadata.generation}|{.status.observedGeneration}|end"
POD_FIELDS="{.metadata.uid}|{.metadata.deletionTimestamp}|{.metadata.ownerReferences[*].uid}|\
{.metadata.labels.controller-revision-hash}|{.status.podIP}|{.status.phase}|\
{.status.conditions[?(@.type=='Ready')].status}|{.status.conditions[?(@.type=='PodScheduled')].reason}|\
{.spec.containers[*].name}|{.status.containerStatuses[?(@.name=='$container')].state}"
LEASE_FIELDS="{.metadata.resourceVersion}|{.spec.holderIdentity}|{.spec.renewTime}"

# look POD: reads it into uid, deleting, owners, revision, ip, phase, ready, scheduled, containers and state. 1: no such pod.
look() {
  read_fields "pod $1" get pod "$1" --ignore-not-found -o "jsonpath=$POD_FIELDS"
  IFS='|' read -r uid deleting owners revision ip phase ready scheduled containers state <<<"$fields"
  [[ -n $fields ]] || return 1
  [[ $uid && $containers && $phase ]] || fail "kubectl's answer on pod $1 is not understood: $fields"
}

# await_pod POD: looks at it. When it is on its way, as after a run that was stopped, waits for the next one of its name.
await_pod() {
  local deadline=$((SECONDS + timeout)) trouble told=no
  until look "$1" && [[ -z $deleting ]]; do
    trouble="there is no pod $1"
    [[ -z $deleting ]] || trouble="$1 is being deleted, with grace until $deleting"
    [[ $dry_run == no && $SECONDS -lt $deadline ]] ||
      fail "$trouble. If its node is lost, bring the node back or delete the Node object"
    [[ $told == yes ]] || say "waiting: $trouble"
    told=yes
    rest
  done
}

# judge_life POD: sets life to ready, unready or dead, and why. Whatever is not said plainly stops the script.
judge_life() {
  life='' why=''
  if [[ $phase == Failed || $phase == Succeeded ]]; then
    life=dead why="its phase is $phase"
  elif [[ $state == '{"waiting":'* || $state == '{"terminated":'* ]]; then
    # Its reason, like CrashLoopBackOff; the message changes from look to look.
    life=dead why=$(echo "$state" | sed -E 's/^.*"reason":"([^"]*)".*$/\1/' | cut -c1-200)
  elif [[ $phase == Pending && -z $state && $scheduled == Unschedulable ]]; then
    life=dead why="it is Pending: $scheduled"
  elif [[ $state == '{"running":'* && $phase == Running && $ready == True ]]; then
    life=ready
  elif [[ $state == '{"running":'* && $phase == Running ]]; then
    life=unready why="its Ready condition is ${ready:-missing}"
  else
    fail "cannot tell whether $1 runs (phase $phase, Ready ${ready:-unknown}, container $container: ${state:-no status}); \
nothing more is done. See: kubectl -n $namespace describe pod $1"
  fi
}

# ---- the lock

lease() {  # lease RESOURCE-VERSION: the object, as this run wants it
  local now
  now=$(date -u +%Y-%m-%dT%H:%M:%S.000000Z)
  echo "{\"apiVersion\": \"coordination.k8s.io/v1\", \"kind\": \"Lease\", \"metadata\": {\"name\": \"$lock\"${1:+,
    \"resourceVersion\": \"$1\"}}, \"spec\": {\"holderIdentity\": \"$me\", \"leaseDurationSeconds\": $lock_seconds,
    \"acquireTime\": \"$now\", \"renewTime\": \"$now\"}}"
}

look_at_lock() {  # sets version, holder and renewed; all are empty when nobody holds it
  read_fields "the lease $lock" get lease "$lock" --ignore-not-found -o "jsonpath=$LEASE_FIELDS"
  IFS='|' read -r version holder renewed <<<"$fields"
}

# write_lock VERB RESOURCE-VERSION: 1 when somebody else was faster.
write_lock() {
  lock_version=$(lease "$2" | kube "$1" -f - -o 'jsonpath={.metadata.resourceVersion}' 2>"$errors") || return 1
  [[ $lock_version ]] && lock_renewed=$SECONDS
}

take_lock() {
  local first deadline
  if write_lock create ''; then return 0; fi
  look_at_lock
  [[ $version ]] || fail "cannot create the lease $lock in namespace $namespace: $(<"$errors")"
  first=$version deadline=$((SECONDS + lock_seconds))
  say "the lease $lock is held by $holder, renewed at $renewed: waiting up to $lock_seconds s to see whether it still runs"
  while [[ $version == "$first" && $SECONDS -lt $deadline ]]; do
    rest
    look_at_lock
  done
  [[ $version == "$first" ]] || fail "another run is at work${holder:+: $holder}; nothing was touched"
  write_lock replace "$version" || fail "another run took the lease $lock over: $(<"$errors")"
  say "took over the lease of $holder, which did not renew it for $lock_seconds s"
}

# keep_lock [now]: renews it from time to time. A run that has lost it must not go on.
keep_lock() {
  local try
  [[ $lock_version ]] || return 0
  [[ ${1-} == now || $((SECONDS - lock_renewed)) -ge $((lock_seconds / 6)) ]] || return 0
  for try in 1 2 3; do
    version=$lock_version
    if write_lock replace "$version"; then return 0; fi
    look_at_lock
    [[ $holder == "$me" ]] || { lock_version=''; fail "lost the lease $lock to ${holder:-nobody}; stopped"; }
    lock_version=$version  # written, but the answer was lost
    rest
  done
  fail "cannot renew the lease $lock: $(<"$errors")"
}

# delete_raw PATH PRECONDITIONS: the API server deletes only what still is what we saw.
delete_raw() {
  echo "{\"apiVersion\": \"v1\", \"kind\": \"DeleteOptions\", \"preconditions\": {$2}}" |
    kube delete --raw "$1" -f - >"$errors" 2>&1
}

finish() {
  trap '' HUP INT TERM
  if [[ $lock_version ]]; then
    delete_raw "/apis/coordination.k8s.io/v1/namespaces/$namespace/leases/$lock" \
      "\"resourceVersion\": \"$lock_version\"" || echo "roll-zookeeper: the lease $lock could not be removed" >&2
  fi
  rm -f "$errors"
}

# ---- what zk-health says

# survey: what all pods are like now, in the arrays uids, addresses, lives and whys beside pods. A pod without an address
# gets one where nobody answers: it still counts as a member.
survey() {
  local i
  for i in "${!pods[@]}"; do
    uids[i]='' lives[i]=gone whys[i]='there is no such pod' revisions[i]='' addresses[i]=127.0.0.1:$((i + 1))
    look "${pods[i]}" || continue
    uids[i]=$uid revisions[i]=$revision
    [[ $ip != *:* ]] || ip="[$ip]"
    [[ -z $ip ]] || addresses[i]=$ip:$port
    if [[ $deleting ]]; then
      lives[i]=deleting whys[i]="it is being deleted, with grace until $deleting"
    else
      judge_life "${pods[i]}"
      lives[i]=$life whys[i]=$why
    fi
  done
}

# choose_asker NOT: sets asker to the index of a pod to run zk-health in: a ready one, better not the one numbered NOT; a
# running one only if none is ready.
choose_asker() {
  local i wanted
  asker=''
  for wanted in ready unready; do
    for i in "${!pods[@]}"; do
      if [[ ${lives[i]} == "$wanted" ]] && [[ -z $asker || $asker -eq $1 ]]; then asker=$i; fi
    done
    [[ -z $asker ]] || return 0
  done
  return 1
}

# run_health ARGUMENT...: in the pod of $asker; what it says is in $answer, with the pods' names for addresses.
run_health() {
  local code=0 i
  answer=$(kube exec "${pods[asker]}" --container="$container" -- "$health" "$@" 2>&1) || code=$?
  answer=${answer%$'\n'"command terminated with exit code"*}
  for i in "${!pods[@]}"; do
    answer=${answer//${addresses[i]}/${pods[i]}}
  done
  return "$code"
}

# ask_all NOT ARGUMENT...: a check over all members.
ask_all() {
  local list
  answer="no pod runs that could be asked"
  choose_asker "$1" || return 1
  shift
  list=$(IFS=,; echo "${addresses[*]}")
  run_health "$@" ${health_flags[@]+"${health_flags[@]}"} "$list"
}

# may_stop NUMBER: whether zk-health says so; the leader only when no other is to be restarted.
may_stop() {
  local i flags=(--check=safe-to-stop "--member=${addresses[$1]}")
  [[ ${#pending[@]} -eq 1 ]] || flags+=(--leader-last)
  if [[ ${lives[$1]} == deleting || ${lives[$1]} == gone ]]; then
    answer=${whys[$1]}
    return 1
  fi
  for i in "${!pods[@]}"; do
    if [[ $i -ne $1 && ${lives[i]} != ready && ${lives[$1]} != dead ]]; then
      answer="${pods[i]} is ${lives[i]}: ${whys[i]}"
      return 1
    fi
  done
  if ask_all "$1" "${flags[@]}"; then return 0; fi
  check_memberships
  # Another one may be down, too: one that does not run takes nothing away as long as there is a quorum.
  if [[ ${lives[$1]} == dead && $answer == not_safe:* ]]; then
    if ask_all "$1" --check=ensemble --require=quorum; then return 0; fi
  fi
  return 1
}

# check_memberships: waiting does not help when zk-health says that the servers' lists of members do not fit together.
check_memberships() {
  case $answer in
    *"two quorums"*) fail "$answer
The number of members may change by one at a time. Set zoo.cfg and replicas back, then go by one: 3, 4, 5" ;;
    *"not all voters are polled"*) fail "$answer
The servers' list of members has more voters than $statefulset has pods (${#pods[@]}). The number of members may change by \
one at a time: set replicas back. See \"Upgrade\" in manifests/README.md" ;;
  esac
}

# check_force: stops when the lists of members do not fit together, for may_stop need not have come to ask for them. When
# no pod runs, nobody can make a second quorum.
check_force() {
  local list
  answer=''
  list=$(IFS=,; echo "${addresses[*]}")
  for asker in "${!pods[@]}"; do
    [[ ${lives[asker]} == ready || ${lives[asker]} == unready ]] || continue
    run_health --check=safe-to-stop "--member=${addresses[asker]}" ${health_flags[@]+"${health_flags[@]}"} "$list" ||
      check_memberships
    if [[ $answer == safe:* || $answer == not_safe:* ]]; then return 0; fi
  done
  [[ -z $answer ]] || fail "pods run, but none can be asked whether two quorums could arise; nothing more is done: $answer"
}

# ---- what is done

# delete_pod NUMBER: the pod that was seen, and no other that has taken its name since.
delete_pod() {
  local pod=${pods[$1]} old=${uids[$1]} try
  keep_lock now
  say "$pod: delete"
  for try in 1 2 3; do
    if delete_raw "/api/v1/namespaces/$namespace/pods/$pod" "\"uid\": \"$old\""; then return 0; fi
    if ! look "$pod" || [[ $uid != "$old" || $deleting ]]; then
      [[ $try -gt 1 ]] || fail "$pod was deleted or replaced by somebody else in the meantime"
      return 0
    fi
    rest
  done
  fail "kubectl cannot delete pod $pod: $(<"$errors")"
}

# replace NUMBER...: deletes these pods, and waits until each has a successor that is ready.
replace() {
  local i pod deadline
  for i in "$@"; do delete_pod "$i"; done
  deadline=$((SECONDS + timeout))
  for i in "$@"; do
    pod=${pods[i]} ready='' state='' deleting=''
    until look "$pod" && [[ $uid != "${uids[i]}" && -z $deleting && $ready == True ]]; do
      [[ $SECONDS -lt $deadline || -z $deleting ]] || fail "$pod is still being deleted after $timeout s; the others were \
left alone. If its node is lost, bring the node back or delete the Node object; then start again"
      [[ $SECONDS -lt $deadline ]] || fail "$pod is not ready after $timeout s (Ready: ${ready:-unknown}, \
$container: ${state:-no status}); the others were left alone. See: kubectl -n $namespace describe pod $pod"
      keep_lock
      rest
    done
    [[ $revision == "$current" ]] || fail "$pod started from $revision, not from $current: $statefulset was changed in \
the meantime; start again"
    say "$pod: ready"
    drop "$i"
  done
}

drop() {  # drop NUMBER: takes it off the pending ones
  local i left=()
  for i in ${pending[@]+"${pending[@]}"}; do
    [[ $i == "$1" ]] || left+=("$i")
  done
  pending=(${left[@]+"${left[@]}"})
}

# restart_one: the first pending pod that may be stopped; 1 if there is none, and then refusals says why of each.
restart_one() {
  local i
  survey
  refusals=()
  for i in "${pending[@]}"; do
    if may_stop "$i"; then
      say "${pods[i]}: $answer"
      replace "$i"
      return 0
    fi
    refusals[i]=$answer refusal="${pods[i]}: $answer"
  done
  return 1
}

# force_one: after restart_one found none, some without leave. All that do not run or do not answer at once, for they may
# need each other to become ready; else one that does not lead, if there is one.
force_one() {
  local i stuck=() chosen=''
  for i in "${pending[@]}"; do
    if [[ -z $chosen || ${refusals[chosen]} == *"it leads"* ]]; then chosen=$i; fi
    answer=${whys[i]}
    if [[ ${lives[i]} == dead ]] || { [[ ${lives[i]} == unready ]] && ! is_live "$i"; }; then
      say "${pods[i]}: --force: deleted, for it does not run or answer: $answer"
      stuck+=("$i")
    fi
  done
  if [[ ${#stuck[@]} -gt 0 ]]; then
    replace "${stuck[@]}"
  else
    say "${pods[chosen]}: --force: deleted, although clients may lose the service: ${refusals[chosen]}"
    replace "$chosen"
  fi
}

is_live() {  # is_live NUMBER: whether its server answers; also when nobody can be asked
  choose_asker "$1" || return 0
  run_health --check=liveness "${addresses[$1]}"
}

# is_all_well: whether all pods are new and ready, and zk-health finds nothing to say.
is_all_well() {
  local i
  survey
  for i in "${!pods[@]}"; do
    answer="${pods[i]} is ${lives[i]}${whys[i]:+: ${whys[i]}}"
    [[ ${lives[i]} == ready ]] || return 1
    answer="${pods[i]} has not the current template"
    [[ ${revisions[i]} == "$current" ]] || return 1
  done
  ask_all -1 --check=ensemble --require=healthy
}

# ---- the order of things

errors=$(mktemp)
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

say "context ${context:-$("${kubectl[@]}" config current-context 2>/dev/null || echo "(none)")}, namespace $namespace, \
statefulset $statefulset"
read_fields "statefulset $statefulset" get statefulset "$statefulset" -o "jsonpath=$SET_FIELDS"
IFS='|' read -r set_uid replicas first current strategy generation observed end <<<"$fields"
[[ $set_uid && $replicas =~ ^[0-9]+$ && ${first:-0} =~ ^[0-9]+$ && $end == end ]] ||
  fail "kubectl's answer on statefulset $statefulset is not understood: $fields"
[[ $strategy == OnDelete ]] || fail "the updateStrategy of $statefulset is ${strategy:-unknown}: with any other than \
OnDelete the controller restarts pods in its own order at the same time"
[[ $generation && $generation == "$observed" && $current ]] ||
  fail "the controller has not seen the newest $statefulset yet; try again"
((replicas > 0)) || fail "$statefulset has no replicas"

# The highest ordinal first, as the controller does it.
pods=() uids=() addresses=() lives=() whys=() revisions=() pending=()
for ((ordinal = ${first:-0} + replicas - 1; ordinal >= ${first:-0}; --ordinal)); do
  pods+=("$statefulset-$ordinal")
done
for pod in "${pods[@]}"; do
  await_pod "$pod"
  [[ " $owners " == *" $set_uid "* ]] || fail "$pod does not belong to statefulset $statefulset"
  [[ " $containers " == *" $container "* ]] ||
    fail "$pod has no container $container; it has: $containers. See --container"
done
survey
for wanted in dead unready ready; do
  for i in "${!pods[@]}"; do
    [[ ${lives[i]} == "$wanted" ]] || continue
    [[ $all == no && ${revisions[i]} == "$current" ]] || pending+=("$i")
  done
done

# Whether zk-health is there and the port is right is known before anything is touched. One pod that can tell is enough:
# another may have been lost or frozen a moment ago.
try_asker() {
  run_health --version || { answer="cannot run $health in container $container of ${pods[asker]}: $answer"; return 1; }
  [[ ${lives[asker]} == ready ]] || return 0
  run_health --check=startup "${addresses[asker]}" ||
    { answer="port $port is not that of ZooKeeper's clients, or nothing answers there now: $answer"; return 1; }
}
if choose_asker -1; then
  found=no wanted=${lives[asker]}
  for asker in "${!pods[@]}"; do
    if [[ $found == no && ${lives[asker]} == "$wanted" ]] && try_asker; then found=yes; fi
  done
  [[ $found == yes ]] || fail "$answer"
elif [[ $force == no && ${#pending[@]} -gt 0 ]]; then
  fail "no pod of $statefulset runs, so nobody can be asked: ${pods[0]}: ${whys[0]}. --force deletes those that are dead"
fi

names=''
for i in ${pending[@]+"${pending[@]}"}; do names+="${names:+, }${pods[i]}"; done
if [[ $dry_run == yes ]]; then
  say "would restart: ${names:-none}${names:+, the leader last}"
  for i in ${pending[@]+"${pending[@]}"}; do
    if may_stop "$i"; then say "${pods[i]}: $answer"; else say "${pods[i]}: would wait: $answer"; fi
  done
  exit 0
fi
if [[ ${#pending[@]} -eq 0 ]]; then
  is_all_well || fail "all pods have the current template, or are on the way, but not all is well: $answer"
  say "nothing to restart: all ${#pods[@]} pods have the current template (--all restarts them all the same). $answer"
  exit 0
fi
if [[ ${#pods[@]} -le 2 && $force == no ]]; then
  fail "an ensemble of ${#pods[@]} can spare no member: each restart is an outage. --force does it"
fi

take_lock
say "to restart: $names, the leader last"
patience=$timeout
[[ $force == no || $timeout -lt ${ROLL_PATIENCE:-60} ]] || patience=${ROLL_PATIENCE:-60}
deadline=$((SECONDS + patience)) told=''
while [[ ${#pending[@]} -gt 0 ]]; do
  if restart_one; then
    deadline=$((SECONDS + patience)) told=''
  elif [[ $SECONDS -ge $deadline && $force == yes ]]; then
    check_force
    force_one
    deadline=$((SECONDS + patience)) told=''
  else
    [[ $SECONDS -lt $deadline ]] || fail "no member may be stopped after $timeout s; $refusal"
    refused=${refusal% (*}  # without how long the check took
    [[ $refused == "$told" ]] || say "waiting: $refusal"
    told=$refused
    keep_lock
    rest
  fi
done

deadline=$((SECONDS + timeout))
until is_all_well; do
  [[ $SECONDS -lt $deadline ]] || fail "all pods were restarted, but not all is well after $timeout s: $answer"
  keep_lock
  rest
done
say "done: $answer"
