#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Who is told that a password expires, in which words, and by what.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

configure 'max_age = 10d' 'warn_before = 20d'
pw init > /dev/null || exit 1
pw_account alice 'Vlat7!mup-quorz'
pw_account root 'Vlat7!mup-quorz'
pw add carol --generate > /dev/null || exit 1	# temporary: left out
pw_account dora 'Kettle+31+anchor'
pw close dora --reason left > /dev/null || exit 1

cat > "$tmp/hook" <<'END'
#!/bin/sh
printf '%s\n' "$#" "$1" "$2" "$3" >> "${0%/*}/told"
cat >> "${0%/*}/told"
[ "$1" != root ]
END
chmod 755 "$tmp/hook"

out=$(pw warn --hook "$tmp/hook" 2> "$tmp/errors")
is 'one of them could not be told: exit 1' $? 1
is 'the ones who were told are listed' "$out" alice
like 'the one who was not is named' "$(cat "$tmp/errors")" root
told=$(cat "$tmp/told")
is 'the hook runs once for each, with three arguments' \
    "$(grep -c '^3$' "$tmp/told")" 2
like 'the message is on its standard input' "$told" \
    '^The password of the account alice expires on [0-9]'
is 'its third argument is when, in UTC' \
    "$(grep -A 2 '^alice$' "$tmp/told" | tail -n 1)" \
    "$(pw --json status alice | jq -r .expires_at)"
unlike 'a temporary password is not warned of' "$told" carol
unlike 'a closed account is not warned of' "$told" dora

out=$(pw --realm users --json warn --hook "$tmp/hook")
ok '--json: one object for each' json '.accounts | length == 1 and
    .[0].account == "alice" and .[0].told'

out=$(pw --realm users warn --expiring 5d --hook "$tmp/hook")
is '--expiring is asked instead of warn_before' "$?$out" 0
configure 'max_age = 10d' 'warn_before = 1000001s'
out=$(pw --realm users warn --hook "$tmp/hook")
is 'a span in seconds is a span' "$out" alice
configure 'max_age = 10d' 'warn_before = 20d'
exit_is 'a span that is none: usage' 2 pw warn --expiring soon
exit_is 'a hook that is missing tells nobody' 1 \
    pw --realm users warn --hook "$tmp/none"
printf '#!/bin/sh\nexec <&-\n' > "$tmp/deaf"
chmod 755 "$tmp/deaf"
out=$(pw --realm users warn --hook "$tmp/deaf" 2>&1)
is 'one that reads nothing and says yes is believed' "$?$out" 0alice

# Mail: a sendmail of our own, for a user whom every system has.
if unshare --mount true 2> /dev/null; then
	cp "$tmp/hook" "$tmp/sendmail"
	sed -i 's/told/mail/g; $d' "$tmp/sendmail"
	mkdir "$tmp/sbin"
	cp "$tmp/sendmail" "$tmp/sbin/sendmail"
	out=$(unshare --mount sh -c '
		mount --bind "$1/sbin" /usr/sbin &&
		"$2" --config "$3" warn 2>&1' sh "$tmp" "$paspw" "$conf")
	is 'an account that is no user of the system gets no mail: exit 1' $? 1
	like 'it is told so' "$out" 'alice: no user of this system'
	mail=$(cat "$tmp/sbin/mail" 2>&1)
	like 'root gets one' "$mail" '^To: root$'
	like 'with a subject' "$mail" '^Subject: Your password expires soon$'
	like 'and the text below it' "$mail" \
	    '^The password of the account root expires on [0-9]'
else
	skip mail 'no mount namespace may be made here'
fi
finish
