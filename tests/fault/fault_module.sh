#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Each call of the real module on a real stack fails once; see module_calls.c,
# which speaks TAP itself.

. "${top_srcdir:-.}/tests/pam/stack.sh"

right='Sphinx-9-quartz'
settings 'credentials = store' 'first_login_change = no' 'store_timeout = 1s'
service one <<END
auth required @M
account required @M
password required @M
session required @M
END
printf '%s\n' "$right" > "$tmp/secret"
service layered <<END
auth required @M preauth
auth [success=1 default=bad] @D
auth [default=die] @M authfail
auth required @M authsucc
END
admin init > /dev/null
account bob "$right"
mkdir "$tmp/saved"
cp -pR "$tmp/store" "$tmp/saved"
# The tap of the script ends here: the program prints its own plan.
"$top_builddir/tests/fault/module_calls" "$services"
