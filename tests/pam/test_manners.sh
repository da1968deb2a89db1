#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# A guest in somebody else's process: it prints nothing, changes nothing that
# the whole process shares, leaves nothing, and is two at once.

. "${top_srcdir:-.}/tests/pam/stack.sh"

right='Grenouille-47-verte'
manners=$top_builddir/tests/pam/manners
[ -x "$manners" ] || { echo "Bail out! $manners is not built"; exit 1; }
manners=$(checked "$manners")

settings 'credentials = store' 'first_login_change = no'
service one <<END
auth required @M nodelay
account required @M
password required @M
session required @M
END
printf '%s\n' "$right" > "$tmp/secret"
service layered <<END
auth requisite @M preauth nodelay
auth [success=1 default=bad] @D
auth [default=die] @M authfail nodelay
auth sufficient @M authsucc
auth required pam_deny.so
account required @M
END
# The password that another module asked for.
service first_pass <<END
auth optional @D
auth required @M try_first_pass
END
service only_first_pass <<END
auth optional @D
auth required @M use_first_pass
END
admin init > /dev/null
account bob "$right"

behaves()
{
	exit_is "$1: to its end" 0 \
	    "$manners" "$2" "$services" "${3:-one}" bob "$right"
	is "$1" "$out$err" ''
}

# With a message to translate each time.
french || note 'no French'
settings 'credentials = store' 'first_login_change = no' 'language = fr' \
    'max_age = 10d'
behaves 'each phase leaves the process as it was' traces
if [ -d "$tmp/memcheck" ]; then
	skip 'loaded and unloaded a thousand times' 'memcheck owns malloc'
elif sanitized; then
	exit_is 'loaded and unloaded a thousand times' 0 \
	    "$manners" loads "$services" one bob "$right"
	unlike 'leaves no descriptor' "$out" descriptors
	skip 'nor memory, nor a mapping' \
	    'both grow by what the sanitizer keeps of them'
else
	# Or what glibc keeps for the next malloc counts as used.
	GLIBC_TUNABLES=glibc.malloc.tcache_count=0
	export GLIBC_TUNABLES
	behaves 'loaded and unloaded a thousand times' loads
	unset GLIBC_TUNABLES
fi
settings 'credentials = store' 'first_login_change = no'
behaves 'two handles in two threads' threads
behaves 'two layered ones' threads layered
is 'nothing is left pending' "$(number pending bob)" 0

# ---- A password that is already there ----

for stack in first_pass only_first_pass; do
	pam "$right\n" $stack bob auth
	is "$stack: takes it" "$codes" 'auth PAM_SUCCESS'
	is "$stack: without another prompt" \
	    "$(printf '%s\n' "$out" | grep -c '^prompt: ')" 1
	pam "wrong\n$right\n" $stack bob auth
	is "$stack: a wrong one is not asked for again" "$codes" \
	    'auth PAM_AUTH_ERR'
done
is 'which is one failure each' "$(number failures bob)" 1

# ---- What a module never calls ----

calls=$(nm -D --undefined-only "$module" \
    "$top_builddir/lib/.libs/libpaspw.so" | sed 's/@.*//' | awk '{ print $2 }')
is 'the lists of calls are there' \
    "$(printf '%s\n' "$calls" | grep -Ec '^(pam_get_item|crypt_rn)$')" 2
for call in setlocale uselocale exit _exit quick_exit abort signal sigaction \
    pthread_create fork system popen chdir setenv putenv printf __printf_chk \
    puts putchar stdout stderr perror; do
	is "it never calls $call" \
	    "$(printf '%s\n' "$calls" | grep -cx "$call")" 0
done

finish
