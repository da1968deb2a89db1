#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# What a person reads whose site has set `language = fr`, though the program
# runs in the locale C, as sshd does; and whose own locale is French.

# shellcheck disable=SC1112 # that is how French writes it
. "${top_srcdir:-.}/tests/pam/stack.sh"
[ "$namespace" = yes ] || skip_all 'needs root and a mount namespace'
french || skip_all 'the directory of translations cannot be covered'

first='Grenouille-47-verte'
second='Marmotte_58_bleue'
store='credentials = store'
service one <<END
auth required @M
account required @M
password required @M
session required @M
END
settings "$store" 'language = fr'
admin init > /dev/null
account bob "$first"

# says NAME TEXT: one whole line of what was said
says()
{
	is "$1" "$(printf '%s\n' "$out" | grep -cxF -e "$2")" 1
}

pam "$first\n" one bob auth acct
says 'the prompt' 'prompt: Mot de passe : '
says 'first login' 'error: Vous devez changer votre mot de passe '\
'immédiatement (imposé par l’administrateur).'
pam "$first\nabc\nabc\n" one bob chauthtok-expired
says 'a rule' 'error: Le mot de passe compte moins de 8 caractères.'
says 'and another' 'error: Le mot de passe ne contient aucun chiffre.'
pam "$first\n$second\n$first\n" one bob chauthtok-expired
says 'a slip' 'error: Les deux mots de passe ne sont pas identiques.'
pam "$first\n$second\n$second\n" one bob chauthtok-expired
is 'the change' "$codes" 'chauthtok-expired PAM_SUCCESS'

settings "$store" 'language = fr' 'max_age = 10d'
pam "$second\n" one bob auth acct open
like 'the day of the end, as the French write it' "$out" \
    '^info: .* expirera le [0-3][0-9]/[01][0-9]/20[0-9][0-9] à [0-9:]+\.$'
pam "x\n$second\n" one bob auth auth open
says 'one failure' 'info: Il y a eu 1 tentative de connexion infructueuse '\
'depuis la dernière connexion réussie.'
settings "$store" 'language = fr' 'tell_locked = yes' 'unlock_after = 1h'
pam '1\n2\n3\n4\n5\n6\n' one bob auth auth auth auth auth auth
like 'the end of a lock' "$out" \
    '^error: Le compte est verrouillé jusqu’au [0-9/]+ à [0-9:]+\.$'

settings "$store"
LC_ALL=
LC_MESSAGES=fr_FR.UTF-8
export LC_MESSAGES
pam 'x\n' one nobody auth
says "the caller's locale" 'prompt: Mot de passe : '
settings "$store" 'language = en'
pam 'x\n' one nobody auth
says 'does not overrule the setting' 'prompt: Password: '

finish
