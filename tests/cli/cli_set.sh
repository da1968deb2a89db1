#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# paspw set: other terms for an account that is there.

# shellcheck source=tests/cli/common.sh
. "${top_srcdir:-.}/tests/cli/common.sh"

fresh
pw_account alice 'Vlat7!mup-quorz'

exit_is "without a reason" 2 pw set alice --owner Zoe
exit_is "without anything" 2 pw set alice --reason x
exit_is "of nobody" 3 pw set nobody-here --owner Zoe --reason x
exit_is "no such kind" 2 pw set alice --kind robot --reason x
exit_is "no such time" 2 pw set alice --valid-until soon --reason x
exit_is "ends before it begins" 2 pw set alice --valid-from 2030-01-02 \
    --valid-until 2030-01-01 --reason x
exit_is "nothing of that was recorded" 0 pw audit show --json
ok "no event" json 'all(.events[]; .kind != "terms")'

exit_is "an end in the past" 0 pw set alice --valid-until 2020-01-01 \
    --owner 'Zoe' --kind third_party --reason 'contract' --ticket T-7 --json
ok "says so" json '.account == "alice" and .done == "set"'
exit_is "status" 0 pw status alice --json
ok "is what status says" json '.owner == "Zoe" and
    .valid_until == "2020-01-01T23:00:00Z" and .kind == "third_party"'
exit_is "nobody gets in" 1 sh -c "printf 'Vlat7!mup-quorz\n' |
    '$paspw' --config '$conf' verify alice --password-stdin"
exit_is "prolonged" 0 pw set alice --valid-until never --reason 'renewed'
exit_is "gets in" 0 sh -c "printf 'Vlat7!mup-quorz\n' |
    '$paspw' --config '$conf' verify alice --password-stdin"
exit_is "the same again" 0 pw set alice --valid-until never --reason 'again'
exit_is "the trail" 0 pw audit show --json --account alice
ok "has what was and what is" json '[.events[] | select(.kind == "terms")] |
    length == 2 and .[0].data.owner == "Zoe" and
    .[0].data.kind_before == "person" and .[0].reason == "contract" and
    .[0].ticket == "T-7" and .[1].data.valid_until == 0 and
    .[1].data.valid_until_before == 1577919600'
pw close alice --reason left > /dev/null
exit_is "a closed one" 2 pw set alice --owner Max --reason x
like "stays" "$err" 'closed'

finish
