#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# The lines of pam_faillock's two stacks in each order, with and without each
# of them: no mistake of an admin opens the door to a wrong password, or to the
# right one of a locked account. Also not authsucc at the side of preauth,
# which pam_faillock lets in whatever is typed.

. "${top_srcdir:-.}/tests/pam/stack.sh"

right='Grenouille-47-verte'

# The module looks there for the lines around it.
[ "$namespace" = yes ] ||
    skip_all 'root is needed to cover /etc/pam.d in a mount namespace'
mount --bind "$services" /etc/pam.d

settings 'credentials = store' 'first_login_change = no' 'lock_after = 100'
printf '%s\n' "$right" > "$tmp/secret"
admin init > /dev/null
account bob "$right"
account eve "$right"
admin lock eve --reason test > /dev/null

line()
{
	case $1 in
	preauth) echo 'auth requisite @M preauth nodelay' ;;
	asks) echo 'auth required @M preauth nodelay' ;;
	verify) echo 'auth [success=1 default=bad] @D' ;;
	enough) echo 'auth sufficient @D' ;;
	fail) echo 'auth [default=die] @M authfail nodelay' ;;
	succ) echo 'auth sufficient @M authsucc nodelay' ;;
	deny) echo 'auth required pam_deny.so' ;;
	esac
}

# One process tries them all: memcheck takes a second to start each.
unlock=$tmp/unlock
cat > "$unlock" <<END
#!/bin/sh
exec "$top_builddir/tools/paspw" --config "$conf" unlock bob --reason test \\
    > "$tmp/unlocked"
END
chmod 755 "$unlock"
stacks=0
tries=
# try LINE...: is there a way in?
try()
{
	stacks=$((stacks + 1))
	{
		for word; do
			line "$word"
		done
		echo 'account required @M'
	} | service "order$stacks"
	tries="$tries run=$unlock"
	for case in 'bob wrong' "eve $right" "bob $right"; do
		tries="$tries service=order$stacks user=${case% *} \
answer=${case#* } auth acct"
	done
}

# orders "CHOSEN" LEFT...: each order of each choice of the lines that are left
orders()
{
	# shellcheck disable=SC2086
	[ -z "$1" ] || try $1 deny
	for next in $2; do
		orders "$1 $next" "$(printf '%s ' $2 | sed "s/$next //")"
	done
}
orders '' 'preauth verify fail succ'
orders '' 'asks enough fail'
# shellcheck disable=SC2086
pam '' order1 bob $tries
# Of each try: service, user, answer, what auth and acct said.
printf '%s\n' "$out" | awk -F '[ =]' '
	/^(service|user|answer)=/ { told = told $2 " " }
	/^auth / { told = told $2 " " }
	/^acct / { print told $2; told = "" }' > "$tmp/tried"
grep ' PAM_SUCCESS PAM_SUCCESS$' "$tmp/tried" > "$tmp/in"
grep -v " bob $right " "$tmp/in" > "$tmp/opened"
let_in=$(grep -c " bob $right " "$tmp/in")
note "$stacks stacks; $let_in of them let the right password in"
is 'none opens' "$(cut -d ' ' -f 1 "$tmp/opened" | while read -r name; do
	cat "$services/$name"
done)" ''
is 'all orders of all choices were tried' \
    "$stacks $(cut -d ' ' -f 1-3 "$tmp/tried" | sort -u | wc -l)" \
    "79 $((79 * 3))"
ok 'some let the right password in' test "$let_in" -gt 1

# ---- Its lines may be anywhere, and stand in others' files ----

# refuses NAME: neither a wrong password nor the right one gets in by service x
refuses()
{
	for password in wrong "$right"; do
		pam "$password\n" x bob auth acct
		unlike "$1: $password" "$codes" '^auth PAM_SUCCESS'
	done
	admin unlock bob --reason test > /dev/null
}
for gate in 'required pam_permit.so' 'optional pam_env.so' \
    '[success=1 default=ignore] pam_permit.so'; do
	service x <<END
auth requisite @M preauth nodelay
auth $gate
auth sufficient @M authsucc nodelay
auth sufficient @M authsucc nodelay
auth required pam_deny.so
account required @M
END
	refuses "auth $gate verifies nobody"
done
service x <<END
auth requisite @M preauth nodelay
auth optional @D
auth required @M authsucc nodelay
account required @M
END
refuses 'nobody heeds what the other module says'
service late <<END
auth sufficient @M authsucc nodelay
END
service x <<END
auth requisite @M preauth nodelay
@include late
auth required pam_deny.so
account required @M
END
refuses 'authsucc in a file that is included'
mv "$services/x" "$services/other"
refuses 'other is the stack of a service without a file'

# ---- Behind the module that verifies, however it is written ----

for verify in '[success=1 default=bad] @D' '[success=1 default=ignore] @D' \
    '[success=2 default=ignore] @D
auth [success=1 default=ignore] @D'; do
	service x <<END
auth required pam_env.so
auth requisite @M preauth nodelay
auth $verify
auth [default=die] @M authfail nodelay
auth sufficient @M authsucc nodelay
auth required pam_deny.so
account required @M
END
	pam "$right\n" x bob auth acct
	is "behind auth $(printf %s "$verify" | tr "\n" " ")" "$codes" \
	    'auth PAM_SUCCESS acct PAM_SUCCESS'
	pam 'wrong\n' x bob auth acct
	unlike 'not with a wrong one' "$codes" '^auth PAM_SUCCESS'
	admin unlock bob --reason test > /dev/null
done

# ---- What cannot be read is not trusted ----

mkdir "$services/late2"
sed -i '1i @include late2' "$services/x"
pam "$right\n" x bob auth
unlike 'an include that cannot be read' "$codes" 'PAM_SUCCESS'

finish
