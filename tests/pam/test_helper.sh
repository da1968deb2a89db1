#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Without the agent: the real su and passwd, run by ordinary people, by way of
# the helper; and a screen locker that has no rights at all.

. "${top_srcdir:-.}/tests/pam/stack.sh"
. "$top_srcdir/tests/pam/host.sh"
command -v su > /dev/null && command -v passwd > /dev/null ||
    skip_all 'no su, or no passwd'

right='Grenouille-47-verte'
next='Marmotte_58_bleue'

for name in su passwd; do
	system_service $name <<END
auth sufficient pam_rootok.so
auth required @M
account required @M
password required @M
session required @M
END
done
printf 'auth required %s\naccount required %s\n' "$module" "$module" \
    > "$services/one"
sed "s|@M|$module conf=$tmp/mine.conf|" > "$services/named" <<END
auth required @M
account required @M
END
chmod -R a+rX "$tmp"
people bob eve
host_settings
admin init > /dev/null
account bob "$right"
account eve "$right"
su_to()
{
	typed "$2" "$1" su eve -c 'echo in as $(id -un)'
}
# With all that a person can set for what he runs. A hard limit only root with
# CAP_SYS_RESOURCE (24) can lift, which a container may lack.
soft=-S
[ $((0x$(sed -n 's/^CapEff:\t*//p' /proc/self/status) >> 24 & 1)) -eq 0 ] ||
    soft=
echo "ulimit $soft -f 0" > "$tmp/hostile"
cat >> "$tmp/hostile" <<'END'
trap '' TERM HUP
exec 7< /etc/passwd
export LD_PRELOAD=/nonexistent.so TZ=/etc/passwd LC_ALL=/../x
exec /usr/bin/nice -n 19 /usr/bin/su eve -c 'echo in as $(/usr/bin/id -un)'
END
chmod a+r "$tmp/hostile"

none_left()
{
	left=1
	for _ in $(seq 50); do
		left=$(pgrep -c -r R,S,D -U "$agent_user" paspw-helper)
		[ "$left" -ne 0 ] || break
		sleep 0.1
	done
	is 'no helper is left behind' "$left" 0
}

# ---- A screen locker ----

helper_install
root_client=$client
client="setpriv --reuid=$(id -u bob) --regid=$(id -u bob) --clear-groups \
$root_client"
pam "$right\n" one bob auth acct
is 'a screen locker without rights' "$codes" \
    'auth PAM_SUCCESS acct PAM_SUCCESS'
pam 'wrong\n' one bob auth
is 'refuses' "$codes" 'auth PAM_AUTH_ERR'
pam "$right\n" one eve auth acct
is 'and says nothing of others' "$codes" \
    'auth PAM_AUTHINFO_UNAVAIL acct PAM_PERM_DENIED'
is 'nor counts' "$(number failures eve)" 0
# A person who could choose the configuration would choose the store.
cp "$host_conf" "$tmp/mine.conf"
pam "$right\n" named bob auth acct
is 'a configuration of his own' "$codes" \
    'auth PAM_AUTHINFO_UNAVAIL acct PAM_PERM_DENIED'

# ---- Root ----

client=$root_client
host_settings 'isolate = yes'
pam "$right\n" one bob auth acct
is 'root under isolate = yes' "$codes" 'auth PAM_SUCCESS acct PAM_SUCCESS'
pam 'wrong\n' one bob auth
is 'refuses as well' "$codes" 'auth PAM_AUTH_ERR'
chmod u-s "$helper"
pam "$right\n" one bob auth
is 'a helper without its rights is none' "$codes" 'auth PAM_AUTHINFO_UNAVAIL'
store_timeout=2s
host_settings 'isolate = yes'
printf '#!/bin/sh\nexec sleep 20\n' > "$helper"
pam "$right\n" one bob auth
is 'one that hangs' "$codes" 'auth PAM_AUTHINFO_UNAVAIL'
store_timeout=20s
host_settings 'isolate = yes'
helper_install
pam "$right\n" one bob auth
is 'and all is well again' "$codes" 'auth PAM_SUCCESS'
if sanitized; then
	skip 'su and passwd' "they have no sanitizer's runtime"
	none_left
	finish
fi

# ---- Nobody there ----

helper_remove
host_settings
su_to bob "$right\n"
unlike 'neither agent nor helper: su opens nothing' "$out" '^in as'
is 'and counts nothing' "$(number failures eve)" 0

# ---- su ----

helper_install
su_to bob "$right\n"
like "su by an ordinary person, with the other one's password" "$out" \
    'in as eve$'
su_to bob 'wrong\n'
unlike 'not with a wrong one' "$out" 'in as'
is 'which counts' "$(number failures eve)" 1
like 'and the trail says who it was' \
    "$(admin audit show --account eve --json | grep '"failure"')" \
    '"actor": *"bob"'
typed "$right\n" bob sh "$tmp/hostile"
like 'with all that a person can set for it' "$out" 'in as eve$'
for _ in 1 2 3 4 5; do
	su_to bob 'wrong\n'
done
su_to bob "$right\n"
unlike 'five failures lock, whoever made them' "$out" 'in as'
admin unlock eve --reason test > /dev/null

# ---- passwd ----

typed "$right\nabc\nabc\n" bob passwd
unlike 'a weak password' "$out" 'successfully'
like 'and why' "$out" 'shorter than 8 characters'
typed "wrong\n$next\n$next\n" bob passwd
unlike 'a change without the present one' "$out" 'successfully'
is 'which counts' "$(number failures bob)" 1
typed "$right\n$next\n$next\n" bob passwd
like 'a change by its owner' "$out" 'successfully'
typed "$next\n" eve su bob -c 'echo in'
like 'opens' "$out" 'in$'

none_left

finish
