#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# OpenSSH's server: password, keyboard-interactive (authentication and the
# account phase in a forked child that loses PAM's data) and public key.

. "${top_srcdir:-.}/tests/clients/bed.sh"
. "$top_srcdir/tests/clients/programs.sh"

stack ours
cells <<'END'
sshd_password right in
sshd_password wrong refused ^wrong@127.0.0.1: Permission denied [^|]*$
sshd_password unknown refused ^unknown@127.0.0.1: Permission denied [^|]*$
sshd_password locked refused ^locked@127.0.0.1: Permission denied [^|]*$
sshd_password expired change ^You are required to change your password .*expired
sshd_password change change ^You are required to change your password .*enforced
sshd_password closed refused ^closed@127.0.0.1: Permission denied [^|]*$
sshd_password outside refused ^Your account has expired; please contact
sshd_keyboard right in
sshd_keyboard wrong refused ^wrong@127.0.0.1: Permission denied [^|]*$
sshd_keyboard unknown refused ^unknown@127.0.0.1: Permission denied [^|]*$
sshd_keyboard locked refused ^locked@127.0.0.1: Permission denied [^|]*$
sshd_keyboard expired change ^You are required to change your password .*expired
sshd_keyboard change change ^You are required to change your password .*enforced
sshd_keyboard closed refused ^closed@127.0.0.1: Permission denied [^|]*$
sshd_keyboard outside refused ^Your account has expired; please contact
sshd_key right in
sshd_key wrong in
sshd_key unknown refused ^unknown@127.0.0.1: Permission denied
sshd_key locked refused ^Connection closed
sshd_key expired in
sshd_key change in
sshd_key closed refused ^Connection closed
sshd_key outside refused ^Your account has expired; please contact
END

# ---- One wrong password is one failure (linux-pam#817: 3 make 4) ----

again
for method in password keyboard; do
	ssh_prompts=3
	echo "$right" | by_sshd_$method wrong > /dev/null
	is "$method: the right one" "$(number failures wrong)" 0
	printf 'no1\nno2\nno3\n' | by_sshd_$method wrong > /dev/null
	is "$method: three wrong ones on one connection are three" \
	    "$(number failures wrong) $(number pending wrong)" '3 0'
	ssh_prompts=1
	echo 'no4' | by_sshd_$method wrong > /dev/null
	is "$method: a fourth on another" "$(number failures wrong)" 4
	is "$method: a key says so" "$(by_sshd_key wrong < /dev/null |
	    grep -c '^There were 4 failed login attempts')" 1
	is "$method: and does not reset the count" \
	    "$(number failures wrong)" 4
	: | by_sshd_$method wrong > /dev/null
	is "$method: whoever hangs up at the prompt made no try" \
	    "$(number failures wrong) $(number pending wrong)" '4 0'
	printf '%s\n' "$right" | by_sshd_$method wrong > /dev/null
	is "$method: the right one does" "$(number failures wrong)" 0
done
ssh_prompts=3
printf 'no1\nno2\nno3\n' | by_sshd_password wrong > /dev/null
printf 'no4\nno5\nno6\n' | by_sshd_keyboard wrong > /dev/null
is 'five lock, by whatever way' "$(paspw --json status wrong |
    grep -c '"state": *"locked"')" 1
ssh_prompts=1

# ---- An expired password is renewed within the login ----

seen=$(printf '%s\n' "$right" "$right" "$next" "$next" |
    by_sshd_keyboard expired)
like 'keyboard-interactive: changed, and in' "$seen" '^inside as expired'
seen=$(echo "$next" | by_sshd_password expired)
like 'the new one opens' "$seen" '^inside as expired'
seen=$(echo "$right" | by_sshd_password expired)
unlike 'the old one does not' "$seen" '^inside'
seen=$(printf '%s\n' "$right" "$right" abc abc | by_sshd_keyboard change)
unlike 'keyboard-interactive: a weak one opens nothing' "$seen" '^inside'
like 'and all broken rules are said' "$seen" 'no digit'

# ---- pam_faillock's stacks with the module's name replaced ----

again
common auth <<END
auth required pam_paspolicy.so preauth nodelay
auth sufficient pam_unix.so nodelay
auth [default=die] pam_paspolicy.so authfail nodelay
auth required pam_deny.so
END
cells <<'END'
sshd_password right in
sshd_password wrong refused Permission denied
sshd_password locked refused Permission denied
sshd_keyboard right in
sshd_keyboard wrong refused Permission denied
sshd_keyboard locked refused Permission denied
sshd_key locked refused ^Connection closed
END
for method in password keyboard; do
	again
	ssh_prompts=3
	printf "no1\nno2\n$right\n" | by_sshd_$method wrong > /dev/null
	is "$method: settled, though PAM's data was lost in a child" \
	    "$(number failures wrong) $(number pending wrong)" '0 0'
	printf 'no1\nno2\nno3\n' | by_sshd_$method wrong > /dev/null
	is "$method: three are three" \
	    "$(number failures wrong) $(number pending wrong)" '3 0'
done

finish
