#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# Programs that run as root: login, chpasswd, cron, and an FTP server with
# virtual users.

. "${top_srcdir:-.}/tests/clients/bed.sh"
. "$top_srcdir/tests/clients/programs.sh"

stack ours
cells <<'END'
login right in
login wrong refused ^Login incorrect
login unknown refused ^Login incorrect
login locked refused ^Login incorrect
login expired change ^You are required to change your password .*expired
login change change ^You are required to change your password .*enforced
login closed refused ^Login incorrect
login outside refused ^Your account has expired; please contact
chpasswd right in
chpasswd wrong in ^The password is shorter than 8 characters
chpasswd unknown refused User not known
chpasswd locked in
chpasswd expired in
chpasswd change in
chpasswd closed refused password not changed
chpasswd outside in
cron right in
cron wrong in
cron unknown refused
cron locked in
cron expired in
cron change in
cron closed refused
cron outside refused
vsftpd right in
vsftpd wrong refused ^Login incorrect\.$
vsftpd unknown refused ^Login incorrect\.$
vsftpd locked refused ^Login incorrect\.$
vsftpd expired refused ^Login incorrect\.$
vsftpd change refused ^Login incorrect\.$
vsftpd closed refused ^Login incorrect\.$
vsftpd outside refused ^Login incorrect\.$
END

# ---- A lock by an admin stops jobs and keys; one by failures as it is set ----

again
paspw lock right --reason test > /dev/null
paspw lock locked --reason test > /dev/null
settings 'lock_blocks = password'
ready cron < /dev/null
is 'locked by an admin: no job' "$(by_cron right)$(by_cron locked)" ''
ready sshd_key
attempt sshd_key right
is 'nor a login with a key' "$outcome" refused
attempt sshd_key locked
is 'also beside a lock by failures' "$outcome" refused

again
attempt sshd_key locked
is 'lock_blocks = password: by failures, a key opens' "$outcome" in
attempt sshd_key closed
is 'closed stays closed' "$outcome" refused
settings 'lock_exempt_services = atd'
ready cron < /dev/null
is 'lock_exempt_services without cron: no job' "$(by_cron locked)" ''
is 'of this person alone' "$(by_cron right)" 'inside as right'

finish
