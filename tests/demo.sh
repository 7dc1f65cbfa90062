#!/bin/bash
# make demo: a small company's mail, on loopback, from Exchange into SQLite.
# Builds, plays an Exchange server with TLS, runs exsync three times and shows
# what the CRM sees. Stops everything it started and leaves nothing behind,
# also when interrupted.

cd "$(dirname "$0")/.." || exit 2
top=$PWD
mail=$top/tests/demo
dir=
sim=

clean_up() {
	trap - EXIT INT TERM HUP
	if [ -n "$sim" ]; then
		kill "$sim" 2>/dev/null
		wait "$sim" 2>/dev/null
	fi
	if [ -n "$dir" ]; then
		rm -rf "$dir"
	fi
}
trap 'status=$?; clean_up; exit $status' EXIT
trap 'echo; echo "interrupted: everything is stopped"; exit 130' INT TERM HUP

bold= dim= off=
if [ -t 1 ]; then
	bold=$'\e[1m' dim=$'\e[2m' off=$'\e[0m'
fi

heading() {
	printf '\n%s%s%s\n' "$bold" "$*" "$off"
}

say() {
	printf '%s%s%s\n' "$dim" "$*" "$off"
}

die() {
	echo "demo: $*" >&2
	exit 1
}

heading "1. Building exsync (one static program) and an Exchange to play with"
dir=$(mktemp -d "${TMPDIR:-/tmp}/exsync-demo.XXXXXX") || exit 1
jobs=$(nproc 2>/dev/null || echo 2)
if ! make --no-print-directory -s -j"$jobs" exsync build/sim/exsim \
    >"$dir/build.log" 2>&1; then
	tail -n 30 "$dir/build.log" >&2
	die "the build failed"
fi
ls -sh exsync | sed 's/^/    /'

heading "2. An Exchange server on loopback, with TLS and a CA of its own"
cat >"$dir/mailboxes" <<EOT
mailbox mara@nordlicht.example name="Mara Lindqvist"
mailbox jonas@nordlicht.example name="Jonas Keller"
mail mara@nordlicht.example @inbox $mail/1-inquiry.eml
mail mara@nordlicht.example @sentitems $mail/2-offer.eml read=1
mail jonas@nordlicht.example @inbox $mail/2-offer.eml
mail mara@nordlicht.example @inbox $mail/3-question.eml
mail jonas@nordlicht.example @inbox $mail/3-question.eml
mail mara@nordlicht.example @inbox $mail/4-newsletter.eml
mail mara@nordlicht.example @inbox $mail/5-rival.eml
mail mara@nordlicht.example @inbox $mail/6-lunch.eml
EOT
build/sim/exsim --ready "$dir/url" --tls-dir "$dir/tls" --control \
    --account svc-exsync:demo:impersonate --load "$dir/mailboxes" \
    --log "$dir/requests" >"$dir/sim.out" 2>&1 </dev/null &
sim=$!
for _ in $(seq 300); do
	if [ -s "$dir/url" ] || ! kill -0 "$sim" 2>/dev/null; then
		break
	fi
	sleep 0.1
done
if [ ! -s "$dir/url" ]; then
	cat "$dir/sim.out" >&2
	die "the simulator did not start"
fi
url=$(head -n 1 "$dir/url")
say "    $url"
say "    Mara and Jonas sell solar roofs. Mara has five mails in her inbox and"
say "    one she sent, Jonas has two. Their CRM knows the customers at"
say "    hofgut-auerbach.example."

heading "3. The INI and the CRM's people"
printf 'demo\n' >"$dir/svc.password"
chmod 600 "$dir/svc.password"
cat >"$dir/exsync.ini" <<EOT
[exsync]
database  = exsync.db
ca_file   = tls/ca.pem

[directory]
users     = users.csv
contacts  = contacts.csv

[profile nordlicht]
url       = $url
auth      = basic
username  = svc-exsync
password_file = svc.password
access    = impersonation
domains   = nordlicht.example
match     = contact

[rule rivals]
domain    = rival.example, *.rival.example
action    = skip
EOT
cat >"$dir/users.csv" <<EOT
crm_id,address,name
U-1,mara@nordlicht.example,Mara Lindqvist
U-2,jonas@nordlicht.example,Jonas Keller
EOT
cat >"$dir/contacts.csv" <<EOT
crm_id,address,name
C-17,tom.becker@hofgut-auerbach.example,Tom Becker
C-18,ida@hofgut-auerbach.example,Ida Becker
EOT
for file in exsync.ini users.csv contacts.csv; do
	echo "  $bold$file$off"
	sed 's/^/    /' "$dir/$file"
done

# once: one pass, with what it says
once() {
	printf '    $ exsync --once\n'
	"$top/exsync" -c "$dir/exsync.ini" --once >"$dir/out" 2>&1 </dev/null
	local status=$?
	sed 's/^/    /' "$dir/out"
	if [ $status -ne 0 ]; then
		die "exsync --once ended with status $status"
	fi
}

# show QUERY: as a box
show() {
	sqlite3 -readonly -box "$dir/exsync.db" "$1" </dev/null ||
	    die "sqlite3 failed"
}

count() {
	sqlite3 -readonly "$dir/exsync.db" "$1" </dev/null
}

requests() {
	wc -l <"$dir/requests"
}

heading "4. The first pass"
once
say "    $(requests) requests; $(count "SELECT count(*) FROM email") mails" \
    "concern the CRM's people, of" \
    "$(count "SELECT count(*) FROM decision") seen."
mark=$(count "SELECT max(seq) FROM change")

heading "5. The second pass finds nothing new"
before=$(requests)
once
after=$(count "SELECT max(seq) FROM change")
if [ "$mark" != "$after" ]; then
	die "the second pass wrote changes"
fi
say "    no new row in the change feed; it cost $(($(requests) - before))" \
    "requests for two mailboxes."

heading "6. A new mail arrives, and the third pass brings it"
answer=$(curl -sS --noproxy '*' --cacert "$dir/tls/ca.pem" \
    --data "mail mara@nordlicht.example @inbox $mail/7-order.eml" \
    "${url%/EWS/*}/sim" 2>&1)
case $answer in
ok*) ;;
*) die "delivery failed: $answer" ;;
esac
once

heading "7. What the CRM sees: the mail of the customers"
newest=$(count "SELECT subject FROM email ORDER BY sent_at DESC LIMIT 1")
# 80 columns must do
show "SELECT substr(sent_at, 6, 5) AS sent, direction AS dir, subject,
    (SELECT coalesce(p.name, p.address) FROM email_party p
     WHERE p.email_id = e.id AND p.role = 'from') AS \"from\",
    (SELECT group_concat(substr(mailbox, 1, instr(mailbox, '@') - 1),
         char(10)) FROM email_copy WHERE email_id = e.id) AS mailbox
    FROM email e ORDER BY sent_at"

say "The newest, as it was written:"
show "SELECT trim(replace(b.text, char(13), ''), char(10)) AS \"$newest\"
    FROM email_body b JOIN email e ON e.id = b.email_id
    ORDER BY e.sent_at DESC LIMIT 1"

say "Each mail is linked to everybody it concerns:"
show "SELECT p.crm_id, p.name, p.crm_type AS type,
    sum(l.role IN ('from', 'sender')) AS wrote,
    sum(l.role NOT IN ('from', 'sender')) AS got,
    max(e.sent_at) AS \"last mail\"
    FROM party p JOIN email_link l USING (crm_type, crm_id)
    JOIN email e ON e.id = l.email_id
    GROUP BY p.crm_type, p.crm_id ORDER BY p.crm_id"

say "Attachments, each content once:"
show "SELECT a.name, a.media_type, b.size, substr(b.sha256, 1, 16) || '…'
    AS sha256 FROM attachment a JOIN blob b ON b.sha256 = a.sha256"

say "Why each was kept or left out:"
show "SELECT verdict, rule, count(*) AS mails,
    group_concat(message_id, char(10)) AS \"message ids\" FROM decision
    GROUP BY verdict, rule ORDER BY verdict, rule"
for left in n-0093@ x-1@ lunch@; do
	if grep -q "\"bodies\":\[[^]]*$left" "$dir/requests"; then
		die "the body of $left was fetched though nobody wanted it"
	fi
done
say "The server's log shows it: the bodies of what was left out never left."

say "The change feed: a CRM that has read up to $mark reads on from there:"
show "SELECT seq, op, entity, substr(entity_id, 1, 24) AS id, at
    FROM change WHERE seq > $mark"

heading "Done."
say "Everything ran in $dir, which is deleted now."
say "Next: README.md, from here to a first real mailbox in ten minutes."
