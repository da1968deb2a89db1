#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Stacks of a host that had pam_faillock, after the module's name was replaced;
# and one around a module such as pam_sss. What pam_unix with pam_faillock let
# in, on the same machine.

. "${top_srcdir:-.}/tests/clients/bed.sh"
. "$top_srcdir/tests/clients/programs.sh"

# ---- pam_unix and pam_faillock ----

stack peers
cells <<'END'
login right in
login locked refused The account is locked due to 5 failed logins
cron closed in
cron expired refused
sshd_key closed in
sshd_key locked in
END

# ---- The same with our module's name ----

stack ours
stack_peers
sed -i 's/pam_faillock/pam_paspolicy/' /etc/pam.d/common-*
attempt login right
is "arguments of pam_faillock open nothing" "$outcome" refused
ok 'the log says which setting is meant' \
    logged 'pam_paspolicy\(login:auth\): argument deny=5 .*set lock_after'
sed -i 's/ deny=5//' /etc/pam.d/common-auth
attempt login right
is 'nor does the next one' "$outcome" refused
ok 'which has its setting too' logged 'unlock_time=0 .*set unlock_after'
sed -i 's/ unlock_time=0//' /etc/pam.d/common-auth
cells <<'END'
login right in
login wrong refused ^Login incorrect
login unknown refused ^Login incorrect
login locked refused ^Login incorrect
login expired change ^You are required to change your password .*expired
login change change ^You are required to change your password .*enforced
login closed refused ^Login incorrect
login outside refused ^Your account has expired; please contact
sshd_key locked refused ^Connection closed
sshd_key closed refused ^Connection closed
END
again
for try in 1 2 3 4 5; do
	echo "no$try" | talk login wrong > /dev/null
	is "wrong password $try is one failure" "$(number failures wrong)" $try
done
is 'then it is locked' "$(echo "$right" | talk login wrong |
    grep -c '^inside')" 0

# ---- The one order that the module cannot see (tests/pam/test_order.sh) ----

common auth <<'END'
auth requisite pam_paspolicy.so preauth
auth sufficient pam_paspolicy.so authsucc
auth required pam_unix.so
END
exit_is 'doctor is alarmed' 1 paspw doctor
like 'and says why' "$out" 'fault .*login.*no module has verified anything'

# ---- Around a module such as pam_sss: people of a directory ----

dummy="$top_builddir/tests/pam/.libs/pam_dummy.so secret=$tmp/secret"
dummy="$dummy count=$tmp/count"
echo "$next" > "$tmp/secret"
sed "s|@D|$dummy|" <<'END' | common auth
auth required pam_env.so
auth required pam_paspolicy.so preauth silent realm=virtual nodelay
auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
auth [default=1 ignore=ignore success=ok] pam_localuser.so
auth sufficient pam_deny.so
auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
auth sufficient @D
auth required pam_paspolicy.so authfail realm=virtual nodelay
auth required pam_deny.so
END
common account <<'END'
account required pam_paspolicy.so realm=virtual
END
echo 'session required pam_permit.so' | common session
count_of()
{
	paspw --realm virtual --json status "$1" | grep -o '"failures": *[0-9]*'
}
again
like 'the directory verifies' "$(echo "$next" | talk login right)" \
    '^inside as right'
is 'which settles the try' "$(count_of right)" '"failures": 0'
for try in 1 2 3 4 5; do
	echo "no$try" | talk login right > /dev/null
done
is 'five wrong ones are five' "$(count_of right)" '"failures": 5'
unlike 'and lock' "$(echo "$next" | talk login right)" '^inside'
unlike 'locked and closed are refused' "$(echo "$next" | talk login closed
    echo "$next" | talk login locked)" '^inside'

finish
