#!/usr/bin/env bash
# Restarts the members of a ZooKeeper StatefulSet one by one, so that the service goes on.
set -euo pipefail

usage() {
  cat <<'END'
Usage: roll-zookeeper.sh [--name=value]...

Deletes the pods of a ZooKeeper StatefulSet (updateStrategy OnDelete) one after the other, so that each starts anew from
the current template: pods that do not run first, then unready ones, followers, and the leader last. Before each,
zk-health says that the member may be stopped; after each, the new pod must be ready. The last word is a check that all
members serve in sync. Started again after an interruption it goes on where it was.

  --namespace=NAME     (default: zookeeper)
  --statefulset=NAME   (default: zookeeper)
  --container=NAME     the one with the probes (default: zookeeper)
  --port=PORT          of clients (default: 2181)
  --zk-health=PATH     in that container (default: /probe/zk-health)
  --all                also restart pods that have the current template already
  --timeout=SECONDS    how long one wait may take (default: 900)
  --dry-run            say what would be done first, and for each member whether it may be stopped now; change nothing

Needs kubectl ($KUBECTL, if it is not in the path) and the rights to get statefulsets and pods, to delete pods and to
exec into them. Exit codes: 0 done, 1 a wait was in vain or kubectl failed, 2 usage. It stops at the first trouble.
END
}

namespace=zookeeper statefulset=zookeeper container=zookeeper port=2181 health=/probe/zk-health
all=no dry_run=no timeout=900
for argument in "$@"; do
  case $argument in
    --namespace=?*) namespace=${argument#*=} ;;
    --statefulset=?*) statefulset=${argument#*=} ;;
    --container=?*) container=${argument#*=} ;;
    --port=?*) port=${argument#*=} ;;
    --zk-health=?*) health=${argument#*=} ;;
    --timeout=?*) timeout=${argument#*=} ;;
    --all) all=yes ;;
    --dry-run) dry_run=yes ;;
    --help) usage; exit 0 ;;
    *) echo "roll-zookeeper: unknown argument $argument; see --help" >&2; exit 2 ;;
  esac
done
[[ $timeout =~ ^[1-9][0-9]*$ ]] || { echo "roll-zookeeper: --timeout=$timeout is no number of seconds" >&2; exit 2; }

say() { printf '%(%H:%M:%S)T %s\n' -1 "$*"; }
fail() { echo "roll-zookeeper: $*" >&2; exit 1; }
kube() { "${KUBECTL:-kubectl}" --namespace="$namespace" --request-timeout=30s "$@"; }

# look POD: sets uid, ip, revision, ready (True or not) and running (when its container started, or -). 1: no such pod.
look() {
  local line
  line=$(kube get pod "$1" --ignore-not-found -o "jsonpath={.metadata.uid}|{.status.podIP}|\
{.metadata.labels.controller-revision-hash}|{.status.conditions[?(@.type=='Ready')].status}|\
{.status.containerStatuses[?(@.name=='$container')].state.running.startedAt}") || fail "kubectl cannot get pod $1"
  IFS='|' read -r uid ip revision ready running <<<"$line"
  [[ $uid ]]
}

# check_in POD ARGUMENT...: zk-health in that pod; its answer is in $answer.
check_in() {
  local pod=$1
  shift
  answer=$(kube exec "$pod" --container="$container" -- "$health" "$@" 2>&1)
}

# survey: sets the arrays pods_running and addresses (of all pods that have one).
survey() {
  local pod
  pods_running=() addresses=()
  declare -gA address=()
  for pod in "${pods[@]}"; do
    look "$pod" || continue
    [[ -z $running ]] || pods_running+=("$pod")
    [[ -n $ip ]] || continue
    [[ $ip != *:* ]] || ip="[$ip]"
    address[$pod]=$ip:$port
    addresses+=("$ip:$port")
  done
}

# ask_all ARGUMENT...: a check over all members, from a pod that runs, if possible not from the one of the first word.
ask_all() {
  local not=$1 from='' pod list
  shift
  for pod in "${pods_running[@]}"; do
    if [[ -z $from || $from == "$not" ]]; then from=$pod; fi
  done
  answer="no pod runs that could be asked"
  [[ $from ]] || return 1
  answer="not every pod has an address yet"
  [[ ${#addresses[@]} -eq ${#pods[@]} ]] || return 1
  list=$(IFS=,; echo "${addresses[*]}")
  check_in "$from" "$@" "$list"
}

# may_stop POD: whether zk-health says so; the leader only when no other is to be restarted.
may_stop() {
  local flags=(--check=safe-to-stop)
  answer="it has no address yet"
  [[ ${address[$1]-} ]] || return 1
  flags+=("--member=${address[$1]}")
  [[ ${#pending[@]} -eq 1 ]] || flags+=(--leader-last)
  ask_all "$1" "${flags[@]}"
}

# replace POD...: deletes them, and waits until each has a successor that is ready.
replace() {
  local pod deadline
  declare -A old=()
  for pod in "$@"; do
    look "$pod" && old[$pod]=$uid
    say "$pod: delete"
    kube delete pod "$pod" --wait=false --ignore-not-found >/dev/null || fail "kubectl cannot delete pod $pod"
  done
  deadline=$((SECONDS + timeout))
  for pod in "$@"; do
    until look "$pod" && [[ $uid != "${old[$pod]-}" && $ready == True ]]; do
      ((SECONDS < deadline)) || fail "$pod is not ready after $timeout s; see: kubectl -n $namespace describe pod $pod"
      sleep "${ROLL_PAUSE:-1}"
    done
    say "$pod: ready"
    drop "$pod"
  done
}

# drop POD: takes it off the pending ones.
drop() {
  local pod rest=()
  for pod in ${pending[@]+"${pending[@]}"}; do
    [[ $pod == "$1" ]] || rest+=("$pod")
  done
  pending=(${rest[@]+"${rest[@]}"})
}

line=$(kube get statefulset "$statefulset" -o "jsonpath={.spec.replicas}|{.spec.ordinals.start}|\
{.status.updateRevision}|{.spec.updateStrategy.type}|{.metadata.generation}|{.status.observedGeneration}") ||
  fail "kubectl cannot get statefulset $statefulset in namespace $namespace"
IFS='|' read -r replicas first current strategy generation observed <<<"$line"
[[ $strategy == OnDelete ]] || fail "the updateStrategy of $statefulset is ${strategy:-unknown}: with any other than \
OnDelete the controller restarts pods in its own order at the same time"
[[ $generation == "$observed" ]] || fail "the controller has not seen the newest $statefulset yet; try again"
((replicas > 0)) || fail "$statefulset has no replicas"

# The highest ordinal first, as the controller does it.
pods=() pending=() dead=() unready=() rest=()
for ((ordinal = ${first:-0} + replicas - 1; ordinal >= ${first:-0}; --ordinal)); do
  pod=$statefulset-$ordinal
  pods+=("$pod")
  look "$pod" || fail "there is no pod $pod"
  [[ $all == yes || $revision != "$current" ]] || continue
  if [[ -z $running ]]; then dead+=("$pod"); elif [[ $ready != True ]]; then unready+=("$pod"); else rest+=("$pod"); fi
done
pending=(${dead[@]+"${dead[@]}"} ${unready[@]+"${unready[@]}"} ${rest[@]+"${rest[@]}"})
if [[ ${#pending[@]} -eq 0 ]]; then
  say "all ${#pods[@]} pods of $statefulset have the current template; --all restarts them all the same"
  exit 0
fi
say "to restart: ${pending[*]}, the leader last"

if [[ $dry_run == yes ]]; then
  survey
  for pod in "${pending[@]}"; do
    if [[ " ${dead[*]-} " == *" $pod "* ]]; then
      say "$pod does not run: would be deleted without a question"
    elif may_stop "$pod"; then
      say "$pod: $answer"
    else
      say "$pod: would wait: $answer"
    fi
  done
  exit 0
fi

# These serve nobody; and they may need each other's new template before one of them can become ready.
[[ ${#dead[@]} -eq 0 ]] || replace "${dead[@]}"

deadline=$((SECONDS + timeout))
while [[ ${#pending[@]} -gt 0 ]]; do
  survey
  chosen=''
  for pod in "${pending[@]}"; do
    if may_stop "$pod"; then
      chosen=$pod
      break
    fi
    refusal="$pod: $answer"
  done
  if [[ $chosen ]]; then
    say "$chosen: $answer"
    replace "$chosen"
    deadline=$((SECONDS + timeout))
  else
    ((SECONDS < deadline)) || fail "no member may be stopped after $timeout s; left: ${pending[*]}; $refusal"
    sleep "${ROLL_PAUSE:-1}"
  fi
done

deadline=$((SECONDS + timeout))
until survey && ask_all - --check=ensemble --require=healthy; do
  ((SECONDS < deadline)) || fail "all pods are new, but not all is well after $timeout s: $answer"
  sleep "${ROLL_PAUSE:-1}"
done
say "done: $answer"
