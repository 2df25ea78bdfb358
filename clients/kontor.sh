#!/usr/bin/env bash
# Reference client of the sites' protocol (docs/protocol.md) with curl, openssl 3 and GNU date.
#
#     kontor.sh --vectors FILE
#     kontor.sh activate STATE URL KEY PRODUCT VERSION
#     kontor.sh check-in STATE COUNTS
#     kontor.sh report STATE PERIOD LINES [REVISION]
#
# STATE is a folder of the installation's own; COUNTS and LINES are JSON files. The answer goes to stdout. Exit status: 0 done,
# 1 refused or not reached, 2 the call is wrong. KONTOR_CLOCK_OFFSET_S moves its own clock, for trying.
set -euo pipefail
umask 077

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

from_base64url() {
  local text
  text=$(tr '_-' '/+')
  while [ $((${#text} % 4)) -ne 0 ]; do text="$text="; done
  printf '%s' "$text" | openssl base64 -d -A
}

# The value of a member that is a plain string or a number, of JSON on stdin.
member() { sed -n 's/.*"'"$1"'" *: *"\{0,1\}\([^",}]*\).*/\1/p' | head -n 1; }

# Our own clock in milliseconds, which may be wrong: what we say of ourselves goes by it.
own_ms() { echo $(($(date +%s%3N) + ${KONTOR_CLOCK_OFFSET_S:-0} * 1000)); }

iso() { date -u -d "@$(($1 / 1000)).$(printf '%03d' $(($1 % 1000)))" +%Y-%m-%dT%H:%M:%S.%3NZ; }

# How many milliseconds Kontor's clock is ahead of ours: asked, answered, now.
clock_offset_ms() { echo $(($3 - ($1 + $2) / 2)); }

public_key() { openssl pkey -in "$1" -pubout -outform DER | tail -c 32 | base64url; }

# The value of the header Kontor-Signature, a detached JWS over the body's bytes as they are (RFC 7797):
# key, body's file, kid, iat, nonce, period, path, site.
signature_of() {
  local header
  header=$(printf '{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"%s","iat":%s,"nonce":"%s","period":"%s","path":"%s","site":"%s"}' \
    "$3" "$4" "$5" "$6" "$7" "$8" | base64url)
  { printf '%s.' "$header" && cat "$2"; } >"$work/input"
  printf '%s..%s' "$header" "$(openssl pkeyutl -sign -rawin -inkey "$1" -in "$work/input" | base64url)"
}

kontor_clock_offset() {
  local asked answer now
  asked=$(own_ms)
  answer=$(curl -sS --fail --max-time 30 "$1/v1/site/time") || return 1
  now=$(date -d "$(printf '%s' "$answer" | sed 's/.*"now" *: *"\([^"]*\)".*/\1/')" +%s%3N)
  clock_offset_ms "$asked" "$(own_ms)" "$now"
}

# Sends a body until Kontor has answered it: the same bytes each time, signed anew for each try by the function named.
# URL, path, body's file, function that prints the signature or nothing.
deliver() {
  local tries status code wait signature
  for tries in 1 2 3 4 5; do
    status=000
    if signature=$("$4"); then
      status=$(curl -sS --max-time 30 -o "$work/answer" -D "$work/headers" -w '%{http_code}' -X POST \
        -H 'Content-Type: application/json' ${signature:+-H "Kontor-Signature: $signature"} \
        --data-binary "@$3" "$1$2") || status=000
    fi
    case $status in
    2??)
      cat "$work/answer"
      echo
      return 0
      ;;
    000 | 429 | 5??) ;;
    *)
      code=$(member code <"$work/answer")
      # Signed anew both are cured.
      if [ "$code" != SIGNATURE_EXPIRED ] && [ "$code" != NONCE_REUSED ]; then
        cat "$work/answer" >&2
        return 1
      fi
      ;;
    esac
    [ "$tries" -lt 5 ] || break
    wait=$({ sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]*\).*/\1/p' "$work/headers" 2>/dev/null || :; } | head -n 1)
    sleep "${wait:-$tries}"
  done
  echo 'Not delivered after 5 tries.' >&2
  return 1
}

unsigned() { :; }

activate() {
  local state=$1 url=$2
  mkdir -p "$state"
  # The same installation and key each time: an activation whose answer was lost is asked for again.
  [ -e "$state/key.pem" ] || openssl genpkey -algorithm ed25519 -out "$state/key.pem"
  if [ ! -e "$state/installation-id" ]; then
    openssl rand -hex 16 | sed 's/\(........\)\(....\).\(...\).\(...\)\(............\)/\1-\2-4\3-8\4-\5/' >"$state/installation-id"
  fi
  printf '{"version":1,"key":"%s","installationId":"%s","product":"%s","productVersion":"%s","signingKey":{"publicKey":"%s"}}' \
    "$3" "$(cat "$state/installation-id")" "$4" "$5" "$(public_key "$state/key.pem")" >"$work/body"
  deliver "$url" /v1/site/activations "$work/body" unsigned | tee "$work/activated"
  printf '{\n  "url": "%s",\n  "siteId": "%s",\n  "installationId": "%s",\n  "signingKeyId": "%s"\n}\n' "$url" \
    "$(member siteId <"$work/activated")" "$(cat "$state/installation-id")" \
    "$(member signingKeyId <"$work/activated")" >"$state/site.json"
}

# State, path, body's file, period or nothing for the UTC month of signing.
send() {
  local state=$1 path=$2 body=$3 period=$4 url site kid
  url=$(sed -n 's/.*"url": *"\([^"]*\)".*/\1/p' "$state/site.json")
  site=$(member siteId <"$state/site.json")
  kid=$(member signingKeyId <"$state/site.json")
  sign_now() {
    local offset now
    offset=$(kontor_clock_offset "$url") || return 1
    now=$(($(own_ms) + offset))
    signature_of "$state/key.pem" "$body" "$kid" $((now / 1000)) "$(openssl rand -hex 16)" \
      "${period:-$(iso "$now" | cut -c 1-7)}" "$path" "$site"
  }
  deliver "$url" "$path" "$body" sign_now
}

check_in() {
  local now
  now=$(iso "$(own_ms)")
  printf '{"version":1,"sentAt":"%s","checkIns":[{"observedAt":"%s","counts":%s}]}' "$now" "$now" "$(cat "$2")" >"$work/body"
  send "$1" /v1/site/check-ins "$work/body" ''
}

report() {
  printf '{"version":1,"sentAt":"%s","period":"%s","revision":%s,"lines":%s}' "$(iso "$(own_ms)")" "$2" "${4:-1}" \
    "$(cat "$3")" >"$work/body"
  send "$1" /v1/site/usage-reports "$work/body" "$2"
}

# The vectors' file has one member a line, and no escapes in its strings.
check_vectors() {
  local file=$1 line name='' path='' period='' iat='' nonce='' asked='' answered='' now='' kid site messages=0 clocks=0 wrong=''
  kid=$(member signingKeyId <"$file")
  site=$(member siteId <"$file")
  {
    printf '302e020100300506032b657004220420' | sed 's/../\\x&/g' | xargs -0 printf '%b'
    member privateKey <"$file" | tr -d '\n' | from_base64url
  } >"$work/key.der"
  openssl pkey -inform DER -in "$work/key.der" -out "$work/key.pem"
  [ "$(public_key "$work/key.pem")" = "$(member publicKey <"$file")" ] || wrong="$wrong publicKey"
  while IFS= read -r line; do
    case $line in
    *'"refused"'*) break ;;
    *'"name"'*) name=$(printf '%s\n' "$line" | sed 's/.*: "\(.*\)".*/\1/') ;;
    *'"path"'*) path=$(printf '%s\n' "$line" | member path) ;;
    *'"period"'*) period=$(printf '%s\n' "$line" | member period) ;;
    *'"iat"'*) iat=$(printf '%s\n' "$line" | member iat) ;;
    *'"nonce"'*) nonce=$(printf '%s\n' "$line" | member nonce) ;;
    *'"body"'*) printf '%s\n' "$line" | member body | tr -d '\n' | from_base64url >"$work/body" ;;
    *'"signature"'*)
      messages=$((messages + 1))
      [ "$(signature_of "$work/key.pem" "$work/body" "$kid" "$iat" "$nonce" "$period" "$path" "$site")" = \
        "$(printf '%s\n' "$line" | member signature)" ] || wrong="$wrong $name"
      ;;
    *'"asked"'*) asked=$(printf '%s\n' "$line" | member asked) ;;
    *'"answered"'*) answered=$(printf '%s\n' "$line" | member answered) ;;
    *'"now"'*) now=$(printf '%s\n' "$line" | member now) ;;
    *'"offsetMs"'*)
      clocks=$((clocks + 1))
      [ "$(clock_offset_ms "$asked" "$answered" "$now")" = "$(printf '%s\n' "$line" | member offsetMs)" ] ||
        wrong="$wrong clock-$asked"
      ;;
    esac
  done <"$file"
  if [ -n "$wrong" ]; then
    echo "Not as the vectors say:$wrong" >&2
    return 1
  fi
  echo "$messages messages and $clocks clocks as they should be"
}

case "${1:-} $#" in
'--vectors 2') check_vectors "$2" ;;
'activate 6') activate "$2" "$3" "$4" "$5" "$6" ;;
'check-in 3') check_in "$2" "$3" ;;
'report 4' | 'report 5') report "$2" "$3" "$4" "${5:-1}" ;;
*)
  sed -n '2,10p' "$0" >&2
  exit 2
  ;;
esac
