# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# shellcheck shell=sh disable=SC2154,SC2034
#
# How a person uses each program, in the bed. `attempt PROGRAM SITUATION`
# (after `ready PROGRAM`) leaves what appeared on the terminal in $seen, and in
# $outcome
#	in		the program did what the person asked for
#	refused
#	change		it asked for a new password
# and the message alone, without the prompts, in $message. `cells` asserts lines
# of PROGRAM SITUATION OUTCOME [ERE], the last for the message; without it the
# person is to see none.

programs='sshd_password sshd_keyboard sshd_key su sudo login passwd chpasswd
cron vsftpd vlock'

# ---- OpenSSH; servers go to the background before they listen ----

ready_sshd()
{
	ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/host
	ssh-keygen -q -t ed25519 -N '' -f "$tmp/key"
	printf '127.0.0.1 %s\n' "$(cut -d' ' -f1,2 /etc/ssh/host.pub)" \
	    > "$tmp/known"
	cp "$tmp/key.pub" /etc/ssh/authorized
	cat > /etc/ssh/sshd_config <<-END
	ListenAddress 127.0.0.1
	HostKey /etc/ssh/host
	AuthorizedKeysFile /etc/ssh/authorized
	UsePAM yes
	PasswordAuthentication yes
	KbdInteractiveAuthentication yes
	PermitRootLogin yes
	PrintMotd no
	PrintLastLog no
	MaxStartups 100
	END
	/usr/sbin/sshd
}

ssh_by()
{
	ssh_method=$1
	shift
	talk ssh -F none -tt -o "UserKnownHostsFile=$tmp/known" \
	    -o "PreferredAuthentications=$ssh_method" -o IdentityFile=none \
	    -o IdentityAgent=none -o ConnectionAttempts=60 \
	    -o "NumberOfPasswordPrompts=${ssh_prompts:-1}" "$@"
}

by_sshd_password()
{
	ssh_by password "$1@127.0.0.1"
}

by_sshd_keyboard()
{
	ssh_by keyboard-interactive "$1@127.0.0.1"
}

by_sshd_key()
{
	ssh_by publickey -i "$tmp/key" "$1@127.0.0.1"
}

# ---- Programs of the machine ----

by_su()
{
	as right su "$1"
}

ready_sudo()
{
	printf '%s\n' 'Defaults !lecture, passwd_tries=1' \
	    'Defaults timestamp_timeout=0' 'ALL ALL=(ALL) ALL' > /etc/sudoers
}

by_sudo()
{
	as "$1" sudo inside
}

by_login()
{
	talk login "$1"
}

by_passwd()
{
	as "$1" passwd
}

# As root, which is asked for no password: the new one is in the line.
by_chpasswd()
{
	read -r password
	echo "$1:$password" | chpasswd
}

# ---- cron: everybody's job at once; what a job prints is not seen ----

cron_job()
{
	tab=/var/spool/cron/crontabs/$1
	echo "@reboot /usr/local/bin/inside > /home/$1/job" > "$tab"
	chmod 0600 "$tab"
	chown "$1" "$tab"
	rm -f "/home/$1/job"
}

# Jobs marked @reboot are begun, in a process each, when the daemon starts:
# they are over when it has had no child for a while after root's.
ready_cron()
{
	rm -rf /var/run/crond.reboot /var/spool/cron
	mkdir -p /var/spool/cron/crontabs
	for name in root $people; do
		mkdir -p "/home/$name"
		cron_job "$name"
	done
	cron -f &
	cron_pid=$!
	quiet=0
	while [ $quiet -lt 10 ]; do
		sleep 0.1
		quiet=$((quiet + 1))
		[ -e /home/root/job ] && ! pgrep -P $cron_pid > /dev/null ||
		    quiet=0
	done
	kill $cron_pid
	wait $cron_pid
} 2> /dev/null

by_cron()
{
	cat "/home/$1/job" 2> /dev/null
}

# ---- Virtual users ----

vsftpd_stack()
{
	case $stack in
	ours)
		echo 'auth required pam_paspolicy.so realm=virtual nodelay'
		echo 'account required pam_paspolicy.so realm=virtual'
		;;
	peers)
		echo '@include common-auth'
		echo '@include common-account'
		;;
	esac
}

ready_vsftpd()
{
	vsftpd_stack > /etc/pam.d/vsftpd
	cat > /etc/vsftpd.conf <<-END
	listen=YES
	listen_address=127.0.0.1
	background=YES
	anonymous_enable=NO
	local_enable=YES
	guest_enable=YES
	guest_username=ftp
	pam_service_name=vsftpd
	secure_chroot_dir=/run/sshd
	delay_failed_login=0
	delay_successful_login=0
	END
	echo 'inside as a guest' > /srv/ftp/file
	pgrep -x vsftpd > /dev/null || vsftpd
}

by_vsftpd()
{
	read -r password
	curl --silent --verbose --retry 60 --retry-delay 1 \
	    --retry-connrefused --user "$1:$password" \
	    ftp://127.0.0.1/file 2>&1 | tr -d '\r' |
	    sed -n 's/^< 5[0-9]* //p; /^inside/p'
}

# ---- A screen locker ----

by_vlock()
{
	PATIENCE=200 as "$1" vlock
}

# ---- Any of them ----

# What the person types: the password, or for a change the new one too.
answers()
{
	case $1:$2 in
	chpasswd:wrong) echo 'abc' ;;
	chpasswd:*) echo "$next" ;;
	*:wrong) echo 'wrong' ;;
	passwd:*) printf '%s\n' "$right" "$next" "$next" ;;
	*) echo "$right" ;;
	esac
}

is_in()
{
	case $1 in
	passwd|chpasswd|vlock) [ "$code" -eq 0 ] ;;
	*) printf '%s\n' "$seen" | grep -q '^inside as ' ;;
	esac
}

# Without prompts, empty lines, and what a program says each time.
message_of()
{
	printf '%s\n' "$1" | tr -d '\007' |
	    grep -Ev -e '^(inside as|Last login:|Connection to) ' \
	    -e '^(.*[ (])?[Pp]assword( for [a-z]*)?: *$' \
	    -e 'This TTY is now locked|Please press .ENTER.' | grep . |
	    sed 's/^([a-z]*@127\.0\.0\.1) //' | uniq | paste -sd'|' - |
	    sed 's/|/ | /g'
}

ready()
{
	case $1 in
	sshd_*) pgrep -x sshd > /dev/null || ready_sshd ;;
	sudo|cron|vsftpd) "ready_$1" ;;
	esac
}

attempt()
{
	code=0
	seen=$(answers "$@" | "by_$1" "$2" 2>&1) || code=$?
	outcome=refused
	if is_in "$1"; then
		outcome=in
	elif printf '%s\n' "$seen" | tail -n 1 |
	    grep -Eq '(Current|New) password: *$'; then
		outcome=change
	fi
	message=$(message_of "$seen")
}

cells()
{
	cells_program=
	while read -r program situation expected pattern; do
		if [ "$program" != "$cells_program" ]; then
			again
			ready "$program" < /dev/null
			cells_program=$program
		fi
		attempt "$program" "$situation"
		is "$program $situation" "$outcome" "$expected"
		like "$program $situation: what is said" "$message" \
		    "${pattern:-^$}"
	done
}
