#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# ways.sh [ROUNDS]: what the policy costs a login by the agent, by the process
# itself and by the helper, side by side (see ways.c). As root, in a mount
# namespace with an /etc of its own:
#
#	make all tests/bench/ways && tests/bench/ways.sh

BENCH_WAYS_ROUNDS=${1:-${BENCH_WAYS_ROUNDS:-300}}
export BENCH_WAYS_ROUNDS
. "${top_srcdir:-.}/tests/pam/stack.sh"
. "$top_srcdir/tests/pam/host.sh"

people bob
credentials=shadow
host_settings
password='Grenouille-47-verte'
hash=$(printf '%s' "$password" | openssl passwd -1 -stdin)
sed -i "s|^bob:\*|bob:$hash|" /etc/shadow
admin init > /dev/null
helper_install
agent_start
printf '%s\n' "$password" | "$top_builddir/tests/bench/ways" bob \
    "$(id -u bob)" "$BENCH_WAYS_ROUNDS"
