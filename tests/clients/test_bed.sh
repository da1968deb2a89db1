#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The bed of these tests leaves nothing on this machine, killed or not; and
# the matrix that it prints for people.

. "${top_srcdir:-.}/tests/tap.sh"

export top_srcdir top_builddir
run=$top_srcdir/tests/clients/run

# What the tests write to, where it is the machine's own.
machine()
{
	find /etc /usr/local /var/lib /var/spool /run -newer "$tmp/begin" \
	    \( -name '*paspw*' -o -name passwd -o -name shadow -o \
	    -name 'common-*' -o -name 'crontabs' -o -name 'faillock' -o \
	    -name sshd_config \) 2> /dev/null
	mount | grep ' /mnt '
}

touch "$tmp/begin"
sh "$run" chpasswd > "$tmp/out" 2>&1
! grep -q '# SKIP' "$tmp/out" || skip_all "$(sed 's/.*# SKIP //' "$tmp/out")"
is 'the matrix: ours' "$(sed -n 's/^\(chpasswd  *closed  *[a-z]*\) .*/\1/p' \
    "$tmp/out" | tr -s ' ')" 'chpasswd closed refused'
is 'and theirs, where they differ' "$(grep -A 1 '^chpasswd  *closed' \
    "$tmp/out" | tail -n 1 | tr -s ' ')" ' pam_unix+faillock: in '
is 'nothing is left of it' "$(machine)" ''

sh "$run" chpasswd chpasswd chpasswd chpasswd > "$tmp/out" 2>&1 &
bed=$!
# Its own log, that is, not that of another bed beside it.
until inside=$(pgrep -P $bed) && pgrep --ns "$inside" --nslist pid \
    -f 'busybox syslogd -O /var/log/auth.log' > /dev/null 2>&1 ||
    ! kill -0 $bed; do
	sleep 0.1
done
kill -KILL $bed
wait $bed 2> /dev/null
is 'it was killed while it worked' "$(test -n "$inside" && echo yes)" yes
for _ in 1 2 3 4 5 6 7 8 9 10; do
	kill -0 "$inside" 2> /dev/null || break
	sleep 0.2
done
is 'all of its processes are gone' \
    "$(kill -0 "$inside" 2> /dev/null && echo "$inside")" ''
is 'and so is what it wrote' "$(machine)" ''

finish
